-- Removes the content room with all texts and decisions.

set local role syndication_owner;

drop schema content cascade;
