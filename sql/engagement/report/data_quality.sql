-- One row is one platform: how far the days up to last_day can be trusted.
-- Parameters: last_day (date, included), days (how many days, last_day among them).
--
-- `days_observed` of the days have an observation. `gaps` are post-days whose delta covers more than one day,
-- `corrections` those with a counter that went down. `not_measured` are post-days without a delta: the first look at a
-- post that was out before. Reads as syndication_reader with app.organization_id set; changes nothing.

select
    d.platform,
    d.days_observed,
    d.post_days,
    d.gaps,
    d.corrections,
    coalesce(n.not_measured, 0) as not_measured
from (
    select
        platform,
        count(*)::integer as days_observed,
        sum(posts_observed)::bigint as post_days,
        sum(posts_with_gap)::bigint as gaps,
        sum(corrections)::bigint as corrections
    from engagement.platform_engagement_daily
    where activity_date > %(last_day)s::date - %(days)s::integer and activity_date <= %(last_day)s::date
    group by platform
) as d
left join (
    select
        platform,
        count(*) as not_measured
    from engagement.post_engagement_daily
    where
        activity_date > %(last_day)s::date - %(days)s::integer
        and activity_date <= %(last_day)s::date
        and engagement_delta is null
    group by platform
) as n on d.platform = n.platform
order by d.platform;
