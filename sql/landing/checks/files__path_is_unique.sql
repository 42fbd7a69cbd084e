-- A path of the landing zone belongs to one organization, the one whose folder it begins with. One row is a path in
-- the ledgers of several: their rows cannot both be true. Check the slugs in tenancy.organizations.

select
    source_file_path,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from landing.files
where landed_on >= %(window_start)s::date and landed_on < %(window_end)s::date
group by source_file_path
having count(*) > 1
