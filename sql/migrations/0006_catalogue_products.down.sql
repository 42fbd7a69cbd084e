-- Removes the catalogue room: migrating up and materializing rebuilds products from the landed files; vendors have to
-- be added again.

set local role syndication_owner;

drop schema catalogue cascade;
