-- Media of posts that are not in the queue yet, and those whose URL was dead and that a newer observation than that of
-- the URL shows again, with their newest URL. Parameters: maximum (rows), after_organization and after_media (the last
-- row before these). It changes nothing: what is not written to the queue is found again. A payload is read for the
-- returned rows only.

select
    m.organization_id,
    m.media_id,
    m.media_url,
    m.last_seen_at
from scraping.post_media as m
left join media.cached_media as c on m.organization_id = c.organization_id and m.media_id = c.media_id
where
    (m.organization_id, m.media_id) > (%(after_organization)s, %(after_media)s)
    and (
        c.media_id is null
        or (c.state in ('expired', 'gone') and m.last_seen_at > coalesce(c.url_observed_at, '-infinity'))
    )
order by m.organization_id, m.media_id
limit %(maximum)s
