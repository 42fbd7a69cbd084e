-- Lets the media of a lost file wait to be fetched again, as long as their URL is alive. Parameters: organization_id,
-- media_file_id. A re-run changes nothing: they no longer have the file.

update media.cached_media
set
    state = 'waiting',
    state_since = now(),
    media_file_id = null,
    next_attempt_at = now(),
    attempts = 0,
    reason = 'its stored file was lost'
where
    organization_id = %(organization_id)s
    and media_file_id = %(media_file_id)s
    and coalesce(url_expires_at, 'infinity') > now()
