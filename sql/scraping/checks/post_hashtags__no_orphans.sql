-- Every hashtag of a post in these days has its post and its word. One row is one whose post or hashtag does not
-- exist: rows were deleted past the constraints.

select
    t.organization_id,
    t.post_id,
    t.hashtag_id
from scraping.post_hashtags as t
where
    t.seen_on && daterange(%(window_start)s::date, %(window_end)s::date)
    and (
        not exists (
            select
            from scraping.posts as p
            where p.organization_id = t.organization_id and p.post_id = t.post_id
        )
        or not exists (
            select
            from scraping.hashtags as h
            where h.organization_id = t.organization_id and h.hashtag_id = t.hashtag_id
        )
    )
