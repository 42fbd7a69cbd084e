-- The values at an age equal those of the snapshot that was chosen for it. One row is a post of these days whose values
-- differ from that snapshot, or whose snapshot is gone. Materialize engagement for that day again.

select
    e.organization_id,
    e.post_id,
    e.age_name,
    e.observed_at,
    c.counter,
    c.expected,
    c.found
from engagement.post_cohorts as e
left join scraping.data_downloads as d
    on
        e.organization_id = d.organization_id
        and e.post_id = d.post_id
        and e.observed_at = d.downloaded_at
        and d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
cross join lateral (
    values
    ('snapshot', 1::bigint, case when d.download_id is null then 0 else 1 end),
    ('reactions', d.reactions, e.reactions),
    ('comments', d.comments, e.comments),
    ('shares', d.shares, e.shares),
    ('saves', d.saves, e.saves),
    ('clicks', d.clicks, e.clicks),
    ('views', d.views, e.views),
    ('impressions', d.impressions, e.impressions),
    ('reach', d.reach, e.reach)
) as c (counter, expected, found)
where
    e.observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and e.observed_at < %(window_end)s::timestamp at time zone 'utc'
    and c.expected is distinct from c.found
    -- Archived snapshots are in their file.
    and not exists (
        select
        from operations.closed_months as m
        where
            m.organization_id = e.organization_id
            and m.table_name = 'scraping.snapshots'
            and e.observed_at >= m.begins_at
            and e.observed_at < m.ends_at
    )
