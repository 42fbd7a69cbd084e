-- A media id is unique across organizations. One row is an id that several media seen on these days have: the id
-- sequence was reset, or rows were copied by hand.

select
    media_id,
    min(post_id) as post_id,
    max(post_id) as other_post_id,
    count(*) as found
from scraping.post_media
where
    last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and first_seen_at < %(window_end)s::timestamp at time zone 'utc'
group by media_id
having count(*) > 1
