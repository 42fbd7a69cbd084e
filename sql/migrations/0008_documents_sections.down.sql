-- Removes the documents room. The landed files stay: loading them again rebuilds every row.

set local role syndication_owner;

drop schema documents cascade;
