-- One row is one platform: how many posts were published in the days up to last_day, and seen by the end of last_day.
-- Parameters: last_day (date, included), days (how many days, last_day included).
--
-- Plain reposts have no counters of their own and are left out. So are posts found later: an old week would gain them
-- over time, and a new week would look poor beside it. Reads as syndication_reader with app.organization_id set;
-- changes nothing.

select
    platform,
    count(*)::integer as posts_published
from scraping.posts
where
    posted_at >= (%(last_day)s::date - %(days)s::integer + 1)::timestamp at time zone 'utc'
    and posted_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
    and post_type is distinct from 'repost'
    and first_seen_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
group by platform
order by platform;
