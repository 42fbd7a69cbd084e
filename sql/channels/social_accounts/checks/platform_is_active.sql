-- Every active account belongs to an active platform. One row is an account whose platform is inactive or deprecated:
-- pause the account, or make the platform active again.

select
    a.organization_id,
    a.account_id,
    a.platform,
    p.status as platform_status
from channels.social_accounts as a
inner join channels.platforms as p on a.platform = p.platform
where a.status = 'active' and p.status <> 'active'
