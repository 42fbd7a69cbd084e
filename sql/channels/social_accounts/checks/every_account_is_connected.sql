-- The last check of every account that sends found it connected. One row is an account that was not: `syndication
-- account check` says why, and asks again.

select
    h.organization_id,
    a.display_name,
    h.account_id,
    h.health,
    h.message,
    h.checked_at
from channels.account_health as h
inner join channels.social_accounts as a
    on h.organization_id = a.organization_id and h.account_id = a.account_id
where h.health <> 'connected' and a.status <> 'paused' and a.publisher <> 'dry_run'
