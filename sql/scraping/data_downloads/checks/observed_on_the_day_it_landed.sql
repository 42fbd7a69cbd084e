-- Every snapshot of these days was observed on the UTC day of its file's folder. One row is a snapshot of another day,
-- or of a file that is not in the ledger: the rollup of the day would count activity of another day.

select
    d.organization_id,
    d.download_id,
    f.source_file_path,
    (d.downloaded_at at time zone 'utc')::date as found,
    f.landed_on as expected
from scraping.snapshots as d
left join landing.files as f
    on d.organization_id = f.organization_id and d.landed_file_id = f.landed_file_id
where
    d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    and f.landed_on is distinct from (d.downloaded_at at time zone 'utc')::date
