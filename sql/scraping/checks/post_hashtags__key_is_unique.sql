-- A post has a hashtag once. One row is a hashtag that stands twice for a post in these days: the primary key is
-- missing or its index is broken. Rebuild it (reindex table scraping.post_hashtags).

select
    organization_id,
    post_id,
    hashtag_id,
    count(*) as found
from scraping.post_hashtags
where seen_on && daterange(%(window_start)s::date, %(window_end)s::date)
group by organization_id, post_id, hashtag_id
having count(*) > 1
