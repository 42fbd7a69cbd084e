-- A post was published when its newest observation says. One row is a post of these days with another publication time,
-- from an earlier observation or from a withdrawn file. Load the day of its newest observation again.

select
    p.organization_id,
    p.post_id,
    newest.posted_at as expected,
    p.posted_at as found
from (
    select distinct
        organization_id,
        post_id
    from scraping.snapshots
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
) as observed
inner join scraping.post_records as p on observed.organization_id = p.organization_id and observed.post_id = p.post_id
cross join lateral (
    select
        s.posted_at,
        s.downloaded_at
    from scraping.snapshots as s
    where s.organization_id = p.organization_id and s.post_id = p.post_id and s.posted_at is not null
    order by s.downloaded_at desc
    limit 1
) as newest
where
    p.posted_at is distinct from newest.posted_at
    -- An observation without counters has no snapshot: it may be newer.
    and (p.posted_observed_at > newest.downloaded_at) is not true
