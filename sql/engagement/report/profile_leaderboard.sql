-- One row is one of the profiles whose posts gained the most public engagement in the days up to last_day, best first.
-- Parameters: last_day (date, included), days (how many days, last_day included), compared_last_day (the last of as
-- many days to compare with), row_limit.
--
-- `posts_published` counts posts published in these days and seen by their end, without plain reposts. NULL means not
-- measured. The rate is the ratio of sums, over the posts with a denominator, and NULL where the kinds of denominators
-- differ. The ranking is an index-only scan. Reads as syndication_reader with app.organization_id set; changes nothing.

with ranked_profiles as materialized (
    select
        organization_id,
        profile_id,
        sum(engagement_delta)::bigint as engagement
    from engagement.profile_engagement_daily
    where activity_date > %(last_day)s::date - %(days)s::integer and activity_date <= %(last_day)s::date
    group by organization_id, profile_id
    having sum(engagement_delta) is not null
    order by engagement desc, profile_id asc
    limit %(row_limit)s
)

select
    r.profile_id,
    p.platform,
    p.username,
    p.name,
    p.profile_url,
    p.is_tracked or p.last_synced_at is not null as is_tracked,
    r.engagement,
    c.engagement as compared_engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    n.posts_published,
    d.days_observed,
    case d.denominator_kinds when 1 then d.denominator_kind end as rate_denominator_kind,
    case d.denominator_kinds when 1 then d.numerator end as rate_numerator,
    case d.denominator_kinds when 1 then d.denominator end as rate_denominator
from ranked_profiles as r
inner join scraping.profiles as p on r.organization_id = p.organization_id and r.profile_id = p.profile_id
cross join lateral (
    select
        sum(e.reactions_delta)::bigint as reactions,
        sum(e.comments_delta)::bigint as comments,
        sum(e.shares_delta)::bigint as shares,
        sum(e.views_delta)::bigint as views,
        count(*)::integer as days_observed,
        count(distinct e.rate_denominator_kind) as denominator_kinds,
        min(e.rate_denominator_kind) as denominator_kind,
        sum(e.rate_numerator)::bigint as numerator,
        sum(e.rate_denominator)::bigint as denominator
    from engagement.profile_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.profile_id = r.profile_id
        and e.activity_date > %(last_day)s::date - %(days)s::integer
        and e.activity_date <= %(last_day)s::date
) as d
cross join lateral (
    select sum(e.engagement_delta)::bigint as engagement
    from engagement.profile_engagement_daily as e
    where
        e.organization_id = r.organization_id
        and e.profile_id = r.profile_id
        and e.activity_date > %(compared_last_day)s::date - %(days)s::integer
        and e.activity_date <= %(compared_last_day)s::date
) as c
cross join lateral (
    select count(*)::integer as posts_published
    from scraping.posts as o
    where
        o.organization_id = r.organization_id
        and o.profile_id = r.profile_id
        and o.posted_at >= (%(last_day)s::date - %(days)s::integer + 1)::timestamp at time zone 'utc'
        and o.posted_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
        and o.post_type is distinct from 'repost'
        and o.first_seen_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
) as n
order by r.engagement desc, r.profile_id asc;
