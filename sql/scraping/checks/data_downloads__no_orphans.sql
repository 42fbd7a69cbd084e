-- Every snapshot of these days has its post and its run. One row is one whose post or run does not exist: rows were
-- deleted past the constraints, and the snapshot is left out of every rollup.

select
    d.organization_id,
    d.download_id,
    d.post_id,
    d.run_id,
    d.downloaded_at
from scraping.data_downloads as d
where
    d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    and (
        not exists (
            select
            from scraping.posts as p
            where p.organization_id = d.organization_id and p.post_id = d.post_id
        )
        or not exists (
            select
            from scraping.download_runs as r
            where r.organization_id = d.organization_id and r.run_id = d.run_id
        )
    )
