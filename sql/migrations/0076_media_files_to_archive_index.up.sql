-- Online: what is old enough to move to the archive, without reading what has moved.

create index concurrently if not exists media_files_not_archived
on media.media_files (organization_id, created_at) where archived_at is null;
