-- Removes the view of the uses of files.

set local role syndication_owner;

drop view media.file_uses;
