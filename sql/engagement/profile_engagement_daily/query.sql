-- One row is one profile on one UTC day on which at least one of its posts was observed: the totals of that day.
-- Parameters: window_start, window_end (dates, the end exclusive). Days in engagement.stale_days are computed, too.
-- Sums skip unmeasured values, and are NULL if none was measured; simulated posts do not count. Two rates are given,
-- over posts whose engagement and denominator cover the same days: the ratio of sums, and the mean of the posts' rates.
-- A re-run changes nothing.

select
    organization_id,
    profile_id,
    activity_date,
    platform,
    posts_observed,
    posts_published,
    posts_with_gap,
    corrections,
    reactions_delta,
    comments_delta,
    shares_delta,
    saves_delta,
    clicks_delta,
    views_delta,
    impressions_delta,
    engagement_delta,
    case when has_one_denominator_kind then denominator_kind end as rate_denominator_kind,
    case when has_one_denominator_kind then rate_numerator end as rate_numerator,
    case when has_one_denominator_kind then rate_denominator end as rate_denominator,
    case when has_one_denominator_kind then round(rate_millionths / 1000000.0 / rates, 6) end as mean_engagement_rate
from (
    select
        d.organization_id,
        d.profile_id,
        d.activity_date,
        d.platform,
        count(*)::integer as posts_observed,
        count(*) filter (where d.is_published_on_day)::integer as posts_published,
        count(*) filter (where d.is_gap)::integer as posts_with_gap,
        count(*) filter (where d.is_correction)::integer as corrections,
        engagement.total(d.reactions_delta) as reactions_delta,
        engagement.total(d.comments_delta) as comments_delta,
        engagement.total(d.shares_delta) as shares_delta,
        engagement.total(d.saves_delta) as saves_delta,
        engagement.total(d.clicks_delta) as clicks_delta,
        engagement.total(d.views_delta) as views_delta,
        engagement.total(d.impressions_delta) as impressions_delta,
        engagement.total(d.engagement_delta) as engagement_delta,
        min(d.rate_denominator_kind) = max(d.rate_denominator_kind) as has_one_denominator_kind,
        min(d.rate_denominator_kind) as denominator_kind,
        engagement.total(d.rate_numerator) as rate_numerator,
        engagement.total(d.rate_denominator) as rate_denominator,
        engagement.total(d.rate_millionths) as rate_millionths,
        nullif(count(d.rate_millionths), 0) as rates
    from engagement.post_days as d
    where
        d.organization_id = any(array(select o.organization_id from tenancy.organizations as o))
        and (
            (d.activity_date >= %(window_start)s::date and d.activity_date < %(window_end)s::date)
            or d.activity_date = any(array(
                select s.activity_date
                from scope as s
                where s.activity_date < %(window_start)s::date or s.activity_date >= %(window_end)s::date
            ))
        )
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = d.organization_id
                and m.table_name in ('engagement.profile_engagement_daily', 'engagement.post_engagement_daily')
                and d.activity_date >= m.first_day
                and d.activity_date < m.end_day
        )
        and not d.is_simulated
        and d.profile_id is not null
    group by d.organization_id, d.profile_id, d.activity_date, d.platform
) as totals;
