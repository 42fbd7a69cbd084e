-- A name stands for one credential of its organization. One row is a key that several rows share.

select
    organization_id,
    credential_name,
    count(*) as row_count
from channels.credentials
group by organization_id, credential_name
having count(*) > 1
