-- Every credential belongs to an organization that is there. One row is a secret that nobody owns.

select
    c.organization_id,
    c.credential_id
from channels.credentials as c
where not exists (select from tenancy.organizations as o where o.organization_id = c.organization_id)
