-- No post of the window is parked: a model gave no usable answer about it. `syndication tag parked` says why, and
-- `syndication tag retry` lets the next run ask again.
-- Parameters: window_start, window_end (dates, the end exclusive).

select distinct
    c.organization_id,
    c.post_id,
    c.model,
    c.reason
from scraping.snapshots as s
inner join curation.post_classifications as c
    on s.organization_id = c.organization_id and s.post_id = c.post_id and c.state = 'parked'
where
    s.downloaded_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and s.downloaded_at < %(window_end)s::date::timestamp at time zone 'utc';
