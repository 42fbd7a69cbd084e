-- One row is one post at one age: its last observation not later than that age, and within the tolerance before it.
-- Parameters: window_start, window_end (dates, the end exclusive). Posts observed in the window, or on a day that
-- engagement.stale_days holds for this table, are computed at all ages from all of their observations. A re-run
-- changes nothing, and days can be computed in any order. A post that loses its snapshots keeps its rows, all NULL. Of
-- archived snapshots, the one that was chosen before counts.

select
    p.organization_id,
    p.post_id,
    a.age_name,
    p.platform,
    p.posted_at,
    p.is_simulated,
    d.downloaded_at as observed_at,
    d.reactions,
    d.comments,
    d.shares,
    d.saves,
    d.clicks,
    d.views,
    d.impressions,
    d.reach
from scope as s
inner join scraping.posts as p on s.organization_id = p.organization_id and s.post_id = p.post_id
cross join engagement.cohort_ages as a
left join lateral (
    select
        o.downloaded_at, o.reactions, o.comments, o.shares, o.saves, o.clicks, o.views, o.impressions, o.reach
    from scraping.data_downloads as o
    where
        o.organization_id = p.organization_id
        and o.post_id = p.post_id
        -- Ages are added in UTC: in other time zones, a day may have 23 hours.
        and o.downloaded_at <= (p.posted_at at time zone 'utc' + a.age) at time zone 'utc'
        and o.downloaded_at >= (p.posted_at at time zone 'utc' + a.age - a.tolerance) at time zone 'utc'
    union all
    select
        c.observed_at, c.reactions, c.comments, c.shares, c.saves, c.clicks, c.views, c.impressions, c.reach
    from engagement.post_cohorts as c
    where
        c.organization_id = p.organization_id
        and c.post_id = p.post_id
        and c.age_name = a.age_name
        and c.observed_at <= (p.posted_at at time zone 'utc' + a.age) at time zone 'utc'
        and c.observed_at >= (p.posted_at at time zone 'utc' + a.age - a.tolerance) at time zone 'utc'
        and exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = c.organization_id
                and m.table_name = 'scraping.snapshots'
                and m.begins_at <= c.observed_at
                and m.ends_at > c.observed_at
        )
    order by downloaded_at desc
    limit 1
) as d on true
where p.posted_at is not null;
