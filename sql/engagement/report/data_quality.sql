-- One row is one platform: how complete and how exact its data of the days up to last_day is.
-- Parameters: last_day (date, included), days (how many days, last_day included).
--
-- `days_observed` is how many of the days have an observation. `gaps` counts post-days whose delta covers more than one
-- day, `corrections` those on which a counter decreased, `not_measured` those without a delta: mostly the first
-- snapshot of a post that had been published before. Reads as syndication_reader with app.organization_id set; changes
-- nothing.

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
