-- A profile's totals of a day are the sums over its posts of that day. One row is a value that differs from the posts,
-- or a day that only one side has. Materialize engagement for that day again.
-- Archived days are in their files.

with expected as (
    select
        p.organization_id,
        p.profile_id,
        p.activity_date,
        count(*) as posts_observed,
        count(*) filter (where p.is_published_on_day) as posts_published,
        count(*) filter (where p.is_gap) as posts_with_gap,
        count(*) filter (where p.is_correction) as corrections,
        engagement.total(p.reactions_delta) as reactions_delta,
        engagement.total(p.comments_delta) as comments_delta,
        engagement.total(p.shares_delta) as shares_delta,
        engagement.total(p.saves_delta) as saves_delta,
        engagement.total(p.clicks_delta) as clicks_delta,
        engagement.total(p.views_delta) as views_delta,
        engagement.total(p.impressions_delta) as impressions_delta,
        engagement.total(p.engagement_delta) as engagement_delta,
        case
            when min(p.rate_denominator_kind) = max(p.rate_denominator_kind)
                then engagement.total(p.engagement_delta) filter (where p.is_rated)
        end as rate_numerator,
        case
            when min(p.rate_denominator_kind) = max(p.rate_denominator_kind)
                then engagement.total(p.rate_denominator) filter (where p.is_rated)
        end as rate_denominator,
        case
            when min(p.rate_denominator_kind) = max(p.rate_denominator_kind)
                then round(
                    engagement.total((p.engagement_rate * 1000000)::bigint)::numeric
                    / nullif(count(p.engagement_rate) * 1000000, 0),
                    6
                )
        end as mean_engagement_rate
    from engagement.post_engagement_daily as p
    where
        p.organization_id = any(array(select organization_id from tenancy.organizations))
        and p.activity_date >= %(window_start)s::date
        and p.activity_date < %(window_end)s::date
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = p.organization_id
                and m.table_name in ('engagement.profile_engagement_daily', 'engagement.post_engagement_daily')
                and p.activity_date >= m.first_day
                and p.activity_date < m.end_day
        )
        and not p.is_simulated
        and p.profile_id is not null
    group by p.organization_id, p.profile_id, p.activity_date
),

found as (
    select *
    from engagement.profile_engagement_daily as t
    where
        t.organization_id = any(array(select organization_id from tenancy.organizations))
        and t.activity_date >= %(window_start)s::date
        and t.activity_date < %(window_end)s::date
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = t.organization_id
                and m.table_name in ('engagement.profile_engagement_daily', 'engagement.post_engagement_daily')
                and t.activity_date >= m.first_day
                and t.activity_date < m.end_day
        )
)

select
    organization_id,
    profile_id,
    activity_date,
    v.value_name,
    v.expected,
    v.found
from expected as e
full join found as f using (organization_id, profile_id, activity_date)
cross join lateral (
    values
    ('posts_observed', e.posts_observed::numeric, f.posts_observed::numeric),
    ('posts_published', e.posts_published::numeric, f.posts_published::numeric),
    ('posts_with_gap', e.posts_with_gap::numeric, f.posts_with_gap::numeric),
    ('corrections', e.corrections::numeric, f.corrections::numeric),
    ('reactions_delta', e.reactions_delta::numeric, f.reactions_delta::numeric),
    ('comments_delta', e.comments_delta::numeric, f.comments_delta::numeric),
    ('shares_delta', e.shares_delta::numeric, f.shares_delta::numeric),
    ('saves_delta', e.saves_delta::numeric, f.saves_delta::numeric),
    ('clicks_delta', e.clicks_delta::numeric, f.clicks_delta::numeric),
    ('views_delta', e.views_delta::numeric, f.views_delta::numeric),
    ('impressions_delta', e.impressions_delta::numeric, f.impressions_delta::numeric),
    ('engagement_delta', e.engagement_delta::numeric, f.engagement_delta::numeric),
    ('rate_numerator', e.rate_numerator::numeric, f.rate_numerator::numeric),
    ('rate_denominator', e.rate_denominator::numeric, f.rate_denominator::numeric),
    ('mean_engagement_rate', e.mean_engagement_rate::numeric, f.mean_engagement_rate::numeric)
) as v (value_name, expected, found)
where v.expected is distinct from v.found
