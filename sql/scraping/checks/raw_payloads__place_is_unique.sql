-- A place in a landed file holds one item. One row is a place under which several payloads are kept: the file was
-- changed after it had landed, or its items are counted otherwise now. Restore the file that landed first, and land
-- the other under a name of its own.

select
    organization_id,
    landed_on,
    source_file_path,
    position,
    count(*) as found
from scraping.raw_payloads
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and landed_on >= %(window_start)s::date
    and landed_on < %(window_end)s::date
group by organization_id, landed_on, source_file_path, position
having count(*) > 1
