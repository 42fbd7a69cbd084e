-- Every row's closings are the last measured values of its day, and its observations are those of the day. One row is
-- a value that differs from the snapshots: they changed after the rollup. Materialize engagement of the day again.

-- The greatest pair of time and value holds the last value; a pair is made only where there is one.
with observed_days as (
    select
        organization_id,
        post_id,
        (downloaded_at at time zone 'utc')::date as activity_date,
        count(*) as observations,
        min(downloaded_at) as first_observed_at,
        max(downloaded_at) as last_observed_at,
        (max(array[observed_us, reactions]) filter (where reactions is not null))[2] as reactions,
        (max(array[observed_us, comments]) filter (where comments is not null))[2] as comments,
        (max(array[observed_us, shares]) filter (where shares is not null))[2] as shares,
        (max(array[observed_us, saves]) filter (where saves is not null))[2] as saves,
        (max(array[observed_us, clicks]) filter (where clicks is not null))[2] as clicks,
        (max(array[observed_us, views]) filter (where views is not null))[2] as views,
        (max(array[observed_us, impressions]) filter (where impressions is not null))[2] as impressions,
        (max(array[observed_us, reach]) filter (where reach is not null))[2] as reach
    from (
        select
            *,
            (extract(epoch from downloaded_at) * 1000000)::bigint as observed_us
        from scraping.data_downloads
        where
            downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
            and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    ) as snapshots
    group by 1, 2, 3
)

select
    e.organization_id,
    e.post_id,
    e.activity_date,
    c.value_name,
    c.expected,
    c.found
from engagement.post_engagement_daily as e
left join observed_days as d
    on e.organization_id = d.organization_id and e.post_id = d.post_id and e.activity_date = d.activity_date
cross join lateral (
    values
    ('observations', coalesce(d.observations, 0)::text, e.observations::text),
    ('first_observed_at', d.first_observed_at::text, e.first_observed_at::text),
    ('last_observed_at', d.last_observed_at::text, e.last_observed_at::text),
    ('reactions', d.reactions::text, e.reactions::text),
    ('comments', d.comments::text, e.comments::text),
    ('shares', d.shares::text, e.shares::text),
    ('saves', d.saves::text, e.saves::text),
    ('clicks', d.clicks::text, e.clicks::text),
    ('views', d.views::text, e.views::text),
    ('impressions', d.impressions::text, e.impressions::text),
    ('reach', d.reach::text, e.reach::text)
) as c (value_name, expected, found)
where
    e.organization_id = any(array(select organization_id from tenancy.organizations))
    and e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and (
        e.observations, e.first_observed_at, e.last_observed_at,
        e.reactions, e.comments, e.shares, e.saves, e.clicks, e.views, e.impressions, e.reach
    ) is distinct from (
        d.observations, d.first_observed_at, d.last_observed_at,
        d.reactions, d.comments, d.shares, d.saves, d.clicks, d.views, d.impressions, d.reach
    )
    and c.expected is distinct from c.found
