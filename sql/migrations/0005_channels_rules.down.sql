-- Drops the channels schema: accounts, credentials and edited rules are lost.

set local role syndication_owner;

drop schema channels cascade;
