-- One row is one post at one age: its last observation not later than that age, and within the tolerance before it.
-- Parameters: window_start, window_end (dates, the end exclusive). Posts observed in the window, or on a day that
-- engagement.stale_days holds for this table, are recomputed at all ages from all of their observations. A re-run
-- changes nothing, and days can be computed in any order. A post that loses its snapshots keeps its rows, all NULL.

create temporary table stale_days_to_compute (
    organization_id text not null, activity_date date not null
) on commit drop;

-- Deleting locks the stale days: one that another transaction is writing is waited for, or left to the next run.
with taken_days as (
    delete from engagement.stale_days
    where table_name = 'post_cohorts'
    returning organization_id, activity_date
)

insert into stale_days_to_compute
select
    organization_id,
    activity_date
from taken_days;

analyze stale_days_to_compute;

create temporary table computed_rows on commit drop as
select
    p.organization_id,
    p.post_id,
    a.age_name,
    p.platform,
    p.posted_at,
    d.downloaded_at as observed_at,
    d.reactions,
    d.comments,
    d.shares,
    d.saves,
    d.clicks,
    d.views,
    d.impressions,
    d.reach,
    case
        when num_nonnulls(d.reactions, d.comments, d.shares, d.saves) > 0
            then coalesce(d.reactions, 0) + coalesce(d.comments, 0) + coalesce(d.shares, 0) + coalesce(d.saves, 0)
    end as engagement,
    case
        when d.impressions is not null then 'impressions'::engagement.denominator_kind
        when d.reach is not null then 'reach'::engagement.denominator_kind
        when d.views is not null then 'views'::engagement.denominator_kind
    end as rate_denominator_kind,
    coalesce(d.impressions, d.reach, d.views) as rate_denominator
from (
    select
        organization_id,
        post_id
    from scraping.data_downloads
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    union
    select
        organization_id,
        post_id
    from engagement.post_cohorts
    where
        observed_at >= %(window_start)s::timestamp at time zone 'utc'
        and observed_at < %(window_end)s::timestamp at time zone 'utc'
    union
    select
        n.organization_id,
        n.post_id
    from stale_days_to_compute as stale
    inner join scraping.data_downloads as n
        on
            stale.organization_id = n.organization_id
            and n.downloaded_at >= stale.activity_date::timestamp at time zone 'utc'
            and n.downloaded_at < (stale.activity_date + 1)::timestamp at time zone 'utc'
) as t
inner join scraping.posts as p on t.organization_id = p.organization_id and t.post_id = p.post_id
cross join engagement.cohort_ages as a
left join lateral (
    select *
    from scraping.data_downloads as s
    where
        s.organization_id = p.organization_id
        and s.post_id = p.post_id
        -- Ages are added in UTC: in other time zones, a day may have 23 hours.
        and s.downloaded_at <= (p.posted_at at time zone 'utc' + a.age) at time zone 'utc'
        and s.downloaded_at >= (p.posted_at at time zone 'utc' + a.age - a.tolerance) at time zone 'utc'
    order by s.downloaded_at desc
    limit 1
) as d on true
where p.posted_at is not null;

analyze computed_rows;

with written_rows as (
    insert into engagement.post_cohorts as e (
        organization_id, post_id, age_name, platform, posted_at, observed_at, reactions, comments, shares, saves,
        clicks, views, impressions, reach, engagement, rate_denominator_kind, rate_denominator, engagement_rate,
        rate_formula
    )
    select
        c.*,
        case
            when c.engagement < 999.9999995 * c.rate_denominator
                then round(c.engagement::numeric / nullif(c.rate_denominator, 0), 6)
        end as engagement_rate,
        'engagement_rate_by_' || c.rate_denominator_kind || '/1' as rate_formula
    from computed_rows as c
    on conflict (organization_id, post_id, age_name) do update set
        posted_at = excluded.posted_at,
        observed_at = excluded.observed_at,
        reactions = excluded.reactions,
        comments = excluded.comments,
        shares = excluded.shares,
        saves = excluded.saves,
        clicks = excluded.clicks,
        views = excluded.views,
        impressions = excluded.impressions,
        reach = excluded.reach,
        engagement = excluded.engagement,
        rate_denominator_kind = excluded.rate_denominator_kind,
        rate_denominator = excluded.rate_denominator,
        engagement_rate = excluded.engagement_rate,
        rate_formula = excluded.rate_formula,
        updated_at = now()
    where
        (
            e.posted_at, e.observed_at, e.reactions, e.comments, e.shares, e.saves,
            e.clicks, e.views, e.impressions, e.reach
        ) is distinct from (
            excluded.posted_at, excluded.observed_at, excluded.reactions, excluded.comments, excluded.shares,
            excluded.saves, excluded.clicks, excluded.views, excluded.impressions, excluded.reach
        )
    returning e.organization_id
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from written_rows) as rows_written,
    0 as rows_removed;
