-- Links fetched media to their files, and keeps the state of the others. Reads the temporary table attempted_media
-- (organization_id, media_id, host, url_sha256, url_expires_at, url_observed_at, state, reason, next_attempt_at,
-- attempts, and the columns of media_files). Parameter: moment. A re-run changes nothing: a known file is not
-- inserted again.

insert into media.media_files (
    organization_id,
    sha256,
    size_bytes,
    mime_type,
    object_path,
    width,
    height,
    frame_count,
    perceptual_hash,
    duration_seconds,
    page_count,
    thumbnail_path,
    poster_path,
    no_preview_reason
)
select distinct on (a.organization_id, a.sha256)
    a.organization_id,
    a.sha256,
    a.size_bytes,
    a.mime_type,
    a.object_path,
    a.width,
    a.height,
    a.frame_count,
    a.perceptual_hash,
    a.duration_seconds,
    a.page_count,
    a.thumbnail_path,
    a.poster_path,
    a.no_preview_reason
from attempted_media as a
where
    a.sha256 is not null
    and not exists (
        select from media.media_files as f
        where f.organization_id = a.organization_id and f.sha256 = a.sha256
    )
order by a.organization_id, a.sha256;

-- Its content has been stored again beside the archive: a later run takes it there again.
update media.media_files as f
set archived_at = null
from attempted_media as a
where f.organization_id = a.organization_id and f.sha256 = a.sha256 and f.archived_at is not null;

update media.cached_media as c
set
    state = a.state,
    media_file_id = f.media_file_id,
    state_since = case when c.state = a.state then c.state_since else %(moment)s::timestamptz end,
    attempts = a.attempts,
    next_attempt_at = a.next_attempt_at,
    reason = a.reason,
    host = a.host,
    url_sha256 = a.url_sha256,
    url_expires_at = a.url_expires_at,
    url_observed_at = a.url_observed_at
from attempted_media as a
left join media.media_files as f on a.organization_id = f.organization_id and a.sha256 = f.sha256
where c.organization_id = a.organization_id and c.media_id = a.media_id
