-- A position in a landed file has one item. One row is a position with several payloads: the file was changed after it
-- landed, or its items are now numbered differently. Restore the original file, and land the changed file under another
-- name.

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
