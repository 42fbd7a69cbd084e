-- A credential's name stands for one secret of its organization. One row is a key that several rows have.

select
    organization_id,
    credential_name,
    count(*) as rows_with_it
from channels.credentials
group by organization_id, credential_name
having count(*) > 1
