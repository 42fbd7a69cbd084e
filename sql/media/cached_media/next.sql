-- The media that are to be fetched next, with their newest URL: what expires first, then what waits longest.
-- Parameters: moment, maximum (rows), unwritten (organization/medium, taken by this run), closed (names of
-- media.host_limits, or hosts without a row, from which nothing is fetched now), without_room (organizations that
-- store all that they may). It changes nothing.

select
    c.organization_id,
    c.media_id,
    m.media_type::text,
    m.media_url,
    c.attempts,
    m.last_seen_at
from media.cached_media as c
inner join scraping.post_media as m on c.organization_id = m.organization_id and c.media_id = m.media_id
where
    c.state = 'waiting'
    and c.next_attempt_at <= %(moment)s
    and c.organization_id <> all(%(without_room)s::text[])
    and c.organization_id || '/' || c.media_id <> all(%(unwritten)s::text[])
    and (
        cardinality(%(closed)s::text[]) = 0
        or coalesce(
            (
                select l.host
                from media.host_limits as l
                where c.host = l.host or right(c.host, length(l.host) + 1) = '.' || l.host
                order by length(l.host) desc
                limit 1
            ),
            c.host
        ) <> all(%(closed)s::text[])
    )
order by c.url_expires_at nulls last, c.queued_at, c.organization_id, c.media_id
limit %(maximum)s
