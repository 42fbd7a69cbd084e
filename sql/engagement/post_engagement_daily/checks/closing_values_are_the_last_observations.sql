-- Every row's closing values are the last measured values of its day, and it counts all observations of the day. One
-- row is a value that differs from the snapshots: they changed after the rollup. Materialize engagement for that day
-- again.

with days as not materialized (
    select
        organization_id, post_id, activity_date, observations, first_observed_at, last_observed_at,
        reactions, comments, shares, saves, clicks, views, impressions, reach
    from engagement.post_engagement_daily as e
    where
        e.organization_id = any(array(select organization_id from tenancy.organizations))
        and e.activity_date >= %(window_start)s::date
        and e.activity_date < %(window_end)s::date
        -- Archived snapshots are in their file.
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = e.organization_id
                and m.table_name = 'scraping.snapshots'
                and e.activity_date >= m.first_day
                and e.activity_date < m.end_day
        )
),

snapshots as not materialized (
    select
        organization_id, post_id, downloaded_at,
        (downloaded_at at time zone 'utc')::date as activity_date,
        (extract(epoch from downloaded_at) * 1000000)::bigint as observed_us,
        reactions, comments, shares, saves, clicks, views, impressions, reach
    from scraping.data_downloads
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
),

-- Each row beside its expected values. Most rows have one observation: such a row is compared with every snapshot of
-- its day directly, since a snapshot that it missed has a different time.
observed_once as (
    select
        e.*,
        num_nonnulls(s.post_id)::bigint as expected_observations,
        s.downloaded_at as expected_first_observed_at,
        s.downloaded_at as expected_last_observed_at,
        s.reactions as expected_reactions,
        s.comments as expected_comments,
        s.shares as expected_shares,
        s.saves as expected_saves,
        s.clicks as expected_clicks,
        s.views as expected_views,
        s.impressions as expected_impressions,
        s.reach as expected_reach
    from days as e
    left join snapshots as s
        on e.organization_id = s.organization_id and e.post_id = s.post_id and e.activity_date = s.activity_date
    where e.observations = 1
),

-- The others are aggregated. The greatest pair of time and value holds the last value; unmeasured values form no pair.
-- The range of times repeats the condition on the day, so that few such rows are found by index.
observed_often as (
    select
        e.*,
        count(s.post_id) as expected_observations,
        min(s.downloaded_at) as expected_first_observed_at,
        max(s.downloaded_at) as expected_last_observed_at,
        (max(array[s.observed_us, s.reactions]) filter (where s.reactions is not null))[2] as expected_reactions,
        (max(array[s.observed_us, s.comments]) filter (where s.comments is not null))[2] as expected_comments,
        (max(array[s.observed_us, s.shares]) filter (where s.shares is not null))[2] as expected_shares,
        (max(array[s.observed_us, s.saves]) filter (where s.saves is not null))[2] as expected_saves,
        (max(array[s.observed_us, s.clicks]) filter (where s.clicks is not null))[2] as expected_clicks,
        (max(array[s.observed_us, s.views]) filter (where s.views is not null))[2] as expected_views,
        (max(array[s.observed_us, s.impressions]) filter (where s.impressions is not null))[2] as expected_impressions,
        (max(array[s.observed_us, s.reach]) filter (where s.reach is not null))[2] as expected_reach
    from days as e
    left join snapshots as s
        on
            e.organization_id = s.organization_id
            and e.post_id = s.post_id
            and e.activity_date = s.activity_date
            and s.downloaded_at >= e.activity_date::timestamp at time zone 'utc'
            and s.downloaded_at < (e.activity_date + 1)::timestamp at time zone 'utc'
    where e.observations <> 1
    group by
        e.organization_id, e.post_id, e.activity_date, e.observations, e.first_observed_at, e.last_observed_at,
        e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach
)

select
    r.organization_id,
    r.post_id,
    r.activity_date,
    v.value_name,
    v.expected,
    v.found
from (
    select * from observed_once
    union all
    select * from observed_often
) as r
cross join lateral (
    values
    ('observations', r.expected_observations::text, r.observations::text),
    ('first_observed_at', r.expected_first_observed_at::text, r.first_observed_at::text),
    ('last_observed_at', r.expected_last_observed_at::text, r.last_observed_at::text),
    ('reactions', r.expected_reactions::text, r.reactions::text),
    ('comments', r.expected_comments::text, r.comments::text),
    ('shares', r.expected_shares::text, r.shares::text),
    ('saves', r.expected_saves::text, r.saves::text),
    ('clicks', r.expected_clicks::text, r.clicks::text),
    ('views', r.expected_views::text, r.views::text),
    ('impressions', r.expected_impressions::text, r.impressions::text),
    ('reach', r.expected_reach::text, r.reach::text)
) as v (value_name, expected, found)
where
    -- Compared as a value, so that the planner expects few rows and scans in parallel. Equal column types in both
    -- branches of the union let it push the condition into each.
    case
        when (
            r.observations, r.first_observed_at, r.last_observed_at,
            r.reactions, r.comments, r.shares, r.saves, r.clicks, r.views, r.impressions, r.reach
        ) is distinct from (
            r.expected_observations, r.expected_first_observed_at, r.expected_last_observed_at,
            r.expected_reactions, r.expected_comments, r.expected_shares, r.expected_saves, r.expected_clicks,
            r.expected_views, r.expected_impressions, r.expected_reach
        ) then 'differs'
    end = 'differs'
    and v.expected is distinct from v.found
