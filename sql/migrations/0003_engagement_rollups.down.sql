-- Removes the engagement room. Its tables are computed from scraping: migrating up and materializing rebuilds them.

drop schema engagement cascade;
