-- Removes the tenancy and operations rooms. The three roles stay: they belong to the server, and other databases may
-- use them.

set local role syndication_owner;

drop schema operations cascade;
drop schema tenancy cascade;

alter default privileges grant execute on functions to public;
