-- Every page or profile is one account of its organization. One row is a key that several rows share.

select
    organization_id,
    platform,
    remote_account_id,
    count(*) as row_count
from channels.social_accounts
group by organization_id, platform, remote_account_id
having count(*) > 1
