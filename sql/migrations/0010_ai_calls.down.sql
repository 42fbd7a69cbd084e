-- Removes the log of requests to language models.

set local role syndication_owner;

drop schema ai cascade;
