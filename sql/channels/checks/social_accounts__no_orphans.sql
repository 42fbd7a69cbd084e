-- Every account has an existing platform and, if it names a credential, one of its own organization. One row is an
-- account that cannot be published to.

select
    a.organization_id,
    a.account_id
from channels.social_accounts as a
where
    not exists (select from tenancy.organizations as o where o.organization_id = a.organization_id)
    or not exists (select from channels.platforms as p where p.platform = a.platform)
    or (
        a.credential_id is not null
        and not exists (
            select
            from channels.credentials as c
            where c.organization_id = a.organization_id and c.credential_id = a.credential_id
        )
    )
