-- Removes the rule that decides which alerts a route tells of.

set local role syndication_owner;

drop function operations.tells_of;
