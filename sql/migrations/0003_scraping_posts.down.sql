-- Removes the scraping room with its data. The landed files stay: loading them again restores every row.

set local role syndication_owner;

delete from operations.partitioned_tables where table_name like 'scraping.%';

drop schema scraping cascade;

drop index landing.files_run;
