-- Every credential belongs to an existing organization. One row is a credential without its organization.

select
    c.organization_id,
    c.credential_id
from channels.credentials as c
where not exists (select from tenancy.organizations as o where o.organization_id = c.organization_id)
