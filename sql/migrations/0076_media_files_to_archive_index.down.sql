-- Takes the index back.

set local role syndication_owner;

drop index media.media_files_not_archived;
