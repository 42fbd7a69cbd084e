-- One row is one platform and one day up to last_day. On a day without observations, every value is NULL.
-- Parameters: last_day (date, included), days (how many days, last_day included).
--
-- Platforms without an observation in these days have no rows. Reads as syndication_reader with app.organization_id
-- set; changes nothing.

with observed_days as materialized (
    select *
    from engagement.platform_engagement_daily
    where activity_date > %(last_day)s::date - %(days)s::integer and activity_date <= %(last_day)s::date
)

select
    p.platform,
    d.activity_date::date as activity_date,
    o.posts_observed,
    o.posts_published,
    o.posts_with_gap,
    o.corrections,
    o.reactions_delta,
    o.comments_delta,
    o.shares_delta,
    o.saves_delta,
    o.clicks_delta,
    o.views_delta,
    o.impressions_delta,
    o.engagement_delta,
    o.rate_denominator_kind,
    o.rate_numerator,
    o.rate_denominator,
    o.engagement_rate,
    o.mean_engagement_rate
from (select distinct platform from observed_days) as p
cross join generate_series(
    %(last_day)s::date - %(days)s::integer + 1, %(last_day)s::date, interval '1 day'
) as d (activity_date)
left join observed_days as o on p.platform = o.platform and d.activity_date::date = o.activity_date
order by p.platform, d.activity_date;
