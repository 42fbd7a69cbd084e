-- Every picture, video or document seen in these days belongs to a post. One row is one whose post does not exist:
-- rows were deleted past the constraints.

select
    m.organization_id,
    m.media_id,
    m.post_id
from scraping.post_media as m
where
    m.last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and m.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
    and not exists (
        select
        from scraping.posts as p
        where p.organization_id = m.organization_id and p.post_id = m.post_id
    )
