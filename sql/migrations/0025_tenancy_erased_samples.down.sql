-- Removes the function that forgets samples of names and addresses.

set local role syndication_owner;

drop function tenancy.forget_samples;
