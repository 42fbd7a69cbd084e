-- Removes the documents room. Migrating up and materializing rebuilds every row from the landed files.

set local role syndication_owner;

drop schema documents cascade;
