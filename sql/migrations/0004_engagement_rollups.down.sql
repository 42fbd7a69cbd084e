-- Removes the engagement room. To restore its tables, which are computed from scraping, migrate up and materialize.

set local role syndication_owner;

drop schema engagement cascade;
