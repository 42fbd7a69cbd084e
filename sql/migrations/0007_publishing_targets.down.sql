-- Removes the publishing room: what was published, and when, is lost.

set local role syndication_owner;

drop schema publishing cascade;
