-- Removes the catalogue room: migrating up and materializing rebuilds products from the landed files. Vendors must
-- be added again by hand.

set local role syndication_owner;

drop schema catalogue cascade;
