-- One row is one platform on one UTC day on which at least one of its posts was observed: the totals of that day.
-- Parameters: window_start, window_end (dates, the end exclusive). The rollup also recomputes its days in
-- engagement.stale_days. Sums skip unmeasured values, and are NULL if none was measured. Two rates are given: the ratio
-- of sums, over the posts with a denominator, and the mean of the posts' rates. A re-run changes nothing.

create temporary table days_to_compute on commit drop as
select
    o.organization_id,
    %(window_start)s::date + d.day_number as activity_date,
    false as is_stale
from tenancy.organizations as o
cross join generate_series(0, %(window_end)s::date - %(window_start)s::date - 1) as d (day_number);

-- Deleting locks the stale days: one that another transaction is writing is waited for, or left to the next run.
with taken_days as (
    delete from engagement.stale_days
    where table_name = 'platform_engagement_daily'
    returning organization_id, activity_date
)

insert into days_to_compute
select
    organization_id,
    activity_date,
    true
from taken_days
where activity_date < %(window_start)s::date or activity_date >= %(window_end)s::date;

analyze days_to_compute;

-- The join with days_to_compute follows the sums, because parallel workers cannot read a temporary table.
create temporary table computed_rows on commit drop as
select
    organization_id,
    platform,
    activity_date,
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
    case
        when has_one_denominator_kind and abs(rate_numerator) < 999.9999995 * abs(rate_denominator)
            then round(rate_numerator::numeric / nullif(rate_denominator, 0), 6)
    end as engagement_rate,
    case when has_one_denominator_kind then round(mean_engagement_rate, 6) end as mean_engagement_rate,
    case when has_one_denominator_kind then 'engagement_rate_by_' || denominator_kind || '/1' end as rate_formula
from (
    select
        e.organization_id,
        e.platform,
        e.activity_date,
        count(*)::integer as posts_observed,
        count(*) filter (where e.is_published_on_day)::integer as posts_published,
        count(*) filter (where e.is_gap)::integer as posts_with_gap,
        count(*) filter (where e.is_correction)::integer as corrections,
        engagement.total(e.reactions_delta) as reactions_delta,
        engagement.total(e.comments_delta) as comments_delta,
        engagement.total(e.shares_delta) as shares_delta,
        engagement.total(e.saves_delta) as saves_delta,
        engagement.total(e.clicks_delta) as clicks_delta,
        engagement.total(e.views_delta) as views_delta,
        engagement.total(e.impressions_delta) as impressions_delta,
        engagement.total(e.engagement_delta) as engagement_delta,
        min(e.rate_denominator_kind) = max(e.rate_denominator_kind) as has_one_denominator_kind,
        min(e.rate_denominator_kind) as denominator_kind,
        engagement.total(e.engagement_delta) filter (where e.rate_denominator is not null) as rate_numerator,
        engagement.total(e.rate_denominator) filter (where e.engagement_delta is not null) as rate_denominator,
        -- Rates have six decimal places: summing them as millionths is exact, and faster than avg().
        engagement.total((e.engagement_rate * 1000000)::bigint)::numeric
        / nullif(count(e.engagement_rate) * 1000000, 0) as mean_engagement_rate
    from engagement.post_engagement_daily as e
    where
        e.organization_id = any(array(select o.organization_id from tenancy.organizations as o))
        and (
            (e.activity_date >= %(window_start)s::date and e.activity_date < %(window_end)s::date)
            or e.activity_date = any(array(select d.activity_date from days_to_compute as d where d.is_stale))
        )
    group by e.organization_id, e.platform, e.activity_date
) as summed
where (organization_id, activity_date) in (select d.organization_id, d.activity_date from days_to_compute as d);

analyze computed_rows;

with removed_rows as (
    delete from engagement.platform_engagement_daily as e using days_to_compute as d
    where
        e.organization_id = d.organization_id
        and e.activity_date = d.activity_date
        and not exists (
            select
            from computed_rows as c
            where
                c.organization_id = e.organization_id
                and c.platform = e.platform
                and c.activity_date = e.activity_date
        )
    returning e.organization_id
),

written_rows as (
    insert into engagement.platform_engagement_daily as e (
        organization_id, platform, activity_date, posts_observed, posts_published, posts_with_gap,
        corrections, reactions_delta, comments_delta, shares_delta, saves_delta, clicks_delta,
        views_delta, impressions_delta, engagement_delta, rate_denominator_kind, rate_numerator, rate_denominator,
        engagement_rate, mean_engagement_rate, rate_formula
    )
    select *
    from computed_rows
    on conflict (organization_id, platform, activity_date) do update set
        posts_observed = excluded.posts_observed,
        posts_published = excluded.posts_published,
        posts_with_gap = excluded.posts_with_gap,
        corrections = excluded.corrections,
        reactions_delta = excluded.reactions_delta,
        comments_delta = excluded.comments_delta,
        shares_delta = excluded.shares_delta,
        saves_delta = excluded.saves_delta,
        clicks_delta = excluded.clicks_delta,
        views_delta = excluded.views_delta,
        impressions_delta = excluded.impressions_delta,
        engagement_delta = excluded.engagement_delta,
        rate_denominator_kind = excluded.rate_denominator_kind,
        rate_numerator = excluded.rate_numerator,
        rate_denominator = excluded.rate_denominator,
        engagement_rate = excluded.engagement_rate,
        mean_engagement_rate = excluded.mean_engagement_rate,
        rate_formula = excluded.rate_formula,
        updated_at = now()
    where
        (
            e.posts_observed, e.posts_published, e.posts_with_gap, e.corrections,
            e.reactions_delta, e.comments_delta, e.shares_delta, e.saves_delta,
            e.clicks_delta, e.views_delta, e.impressions_delta, e.engagement_delta,
            e.rate_denominator_kind, e.rate_numerator, e.rate_denominator, e.mean_engagement_rate
        ) is distinct from (
            excluded.posts_observed, excluded.posts_published, excluded.posts_with_gap, excluded.corrections,
            excluded.reactions_delta, excluded.comments_delta, excluded.shares_delta, excluded.saves_delta,
            excluded.clicks_delta, excluded.views_delta, excluded.impressions_delta, excluded.engagement_delta,
            excluded.rate_denominator_kind, excluded.rate_numerator, excluded.rate_denominator,
            excluded.mean_engagement_rate
        )
    returning e.organization_id
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from written_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed;
