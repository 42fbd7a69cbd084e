-- One row is one of the hashtags whose posts gained the most public engagement in the days up to last_day, best first.
-- Parameters: last_day (date, included), days (how many days, last_day included), compared_last_day (the last of as
-- many days to compare with), row_limit.
--
-- NULL means not measured. A post with two hashtags counts for both, so the rows do not add up to a total. `posts` is
-- the number of its posts observed on its busiest day. The ranking is an index-only scan. Reads as syndication_reader
-- with app.organization_id set; changes nothing.

with ranked_hashtags as materialized (
    select
        organization_id,
        hashtag_id,
        sum(engagement_delta)::bigint as engagement
    from engagement.hashtag_engagement_daily
    where activity_date > %(last_day)s::date - %(days)s::integer and activity_date <= %(last_day)s::date
    group by organization_id, hashtag_id
    having sum(engagement_delta) is not null
    order by engagement desc, hashtag_id asc
    limit %(row_limit)s
)

select
    r.hashtag_id,
    h.hashtag,
    r.engagement,
    c.engagement as compared_engagement,
    d.posts
from ranked_hashtags as r
inner join scraping.hashtags as h on r.organization_id = h.organization_id and r.hashtag_id = h.hashtag_id
cross join lateral (
    select max(t.posts_observed)::integer as posts
    from (
        select sum(e.posts_observed) as posts_observed
        from engagement.hashtag_engagement_daily as e
        where
            e.organization_id = r.organization_id
            and e.hashtag_id = r.hashtag_id
            and e.activity_date > %(last_day)s::date - %(days)s::integer
            and e.activity_date <= %(last_day)s::date
        group by e.activity_date
    ) as t
) as d
cross join lateral (
    select sum(e.engagement_delta)::bigint as engagement
    from engagement.hashtag_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.hashtag_id = r.hashtag_id
        and e.activity_date > %(compared_last_day)s::date - %(days)s::integer
        and e.activity_date <= %(compared_last_day)s::date
) as c
order by r.engagement desc, r.hashtag_id asc;
