-- A download id is unique across organizations. One row is an id that several snapshots of these days have: the id
-- sequence was reset, or rows were copied by hand.

select
    download_id,
    min(post_id) as post_id,
    max(post_id) as other_post_id,
    min(downloaded_at) as downloaded_at,
    max(downloaded_at) as other_downloaded_at,
    count(*) as found
from scraping.data_downloads
where
    downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
group by download_id
having count(*) > 1
