-- Puts found media into the queue, and those with a new URL again; notes which observation of a dead URL is known. One
-- row tells whether a medium was queued. Reads the temporary table found_media (organization_id, media_id, host,
-- url_sha256, url_expires_at, url_observed_at). Parameter: moment. A re-run changes nothing: a URL is queued once.

insert into media.cached_media as c (
    organization_id,
    media_id,
    host,
    url_sha256,
    url_expires_at,
    url_observed_at,
    queued_at,
    state_since,
    next_attempt_at
)
select
    f.organization_id,
    f.media_id,
    f.host,
    f.url_sha256,
    f.url_expires_at,
    f.url_observed_at,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz
from found_media as f
inner join scraping.media_records as m on f.organization_id = m.organization_id and f.media_id = m.media_id
on conflict (organization_id, media_id) do update
set
    url_observed_at = excluded.url_observed_at,
    state = case when c.url_sha256 = excluded.url_sha256 then c.state else 'waiting' end,
    host = excluded.host,
    url_sha256 = excluded.url_sha256,
    url_expires_at = excluded.url_expires_at,
    queued_at = case when c.url_sha256 = excluded.url_sha256 then c.queued_at else excluded.queued_at end,
    state_since = case when c.url_sha256 = excluded.url_sha256 then c.state_since else excluded.state_since end,
    next_attempt_at = case when c.url_sha256 <> excluded.url_sha256 then excluded.next_attempt_at end,
    attempts = case when c.url_sha256 = excluded.url_sha256 then c.attempts else 0 end,
    reason = case when c.url_sha256 = excluded.url_sha256 then c.reason end
where c.state in ('expired', 'gone')
returning c.state = 'waiting'
