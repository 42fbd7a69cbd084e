-- Removes the engagement room. Its tables are computed from scraping: migrating up and materializing rebuilds them.

set local role syndication_owner;

drop schema engagement cascade;
