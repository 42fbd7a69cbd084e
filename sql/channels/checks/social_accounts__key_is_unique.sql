-- A page or profile is one account of its organization. One row is a key that several rows have.

select
    organization_id,
    platform,
    remote_account_id,
    count(*) as rows_with_it
from channels.social_accounts
group by organization_id, platform, remote_account_id
having count(*) > 1
