-- The number of followers was observed at the time of its landed file. One row is a snapshot with another time: its
-- file was loaded again without it.

select
    s.organization_id,
    s.profile_id,
    s.observed_at,
    f.source_file_path,
    f.observed_at as expected
from scraping.profile_snapshots as s
inner join landing.files as f
    on s.organization_id = f.organization_id and s.landed_file_id = f.landed_file_id
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and s.observed_at < %(window_end)s::timestamp at time zone 'utc'
    and f.observed_at <> s.observed_at
