-- Removes the content room: texts and decisions are lost.

set local role syndication_owner;

drop schema content cascade;
