-- The posts that a run concerns: observed in the window, or whose newest observation was, before a file of it was
-- withdrawn. What a load of the window changed is among them, so runs of all days in any order end in the same rows.
-- Parameters: window_start, window_end (dates, the end exclusive).

create temporary table scope on commit drop as
select
    s.organization_id,
    s.post_id
from scraping.snapshots as s
where
    s.downloaded_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and s.downloaded_at < %(window_end)s::date::timestamp at time zone 'utc'
union
-- Plain reposts have no snapshots.
select
    p.organization_id,
    p.post_id
from scraping.post_records as p
where
    p.last_seen_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and p.last_seen_at < %(window_end)s::date::timestamp at time zone 'utc'
union
select
    d.organization_id,
    d.post_id
from curation.post_documents as d
where
    d.organization_id = any(array(select organization_id from tenancy.organizations))
    and d.observed_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and d.observed_at < %(window_end)s::date::timestamp at time zone 'utc';

create unique index on scope (organization_id, post_id);
analyze scope;
