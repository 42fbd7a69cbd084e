-- Puts found media into the queue, and those with a new URL again. Reads found_media (organization_id, media_id, host,
-- url_sha256, url_expires_at), a temporary table. Parameter: moment. A re-run changes nothing: a URL is queued once.

insert into media.cached_media as c (
    organization_id, media_id, host, url_sha256, url_expires_at, queued_at, state_since, next_attempt_at
)
select
    f.organization_id,
    f.media_id,
    f.host,
    f.url_sha256,
    f.url_expires_at,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz
from found_media as f
inner join scraping.media_records as m on f.organization_id = m.organization_id and f.media_id = m.media_id
on conflict (organization_id, media_id) do update
set
    state = 'waiting',
    host = excluded.host,
    url_sha256 = excluded.url_sha256,
    url_expires_at = excluded.url_expires_at,
    queued_at = excluded.queued_at,
    state_since = excluded.state_since,
    next_attempt_at = excluded.next_attempt_at,
    attempts = 0,
    reason = null
where c.state in ('expired', 'gone') and c.url_sha256 <> excluded.url_sha256
