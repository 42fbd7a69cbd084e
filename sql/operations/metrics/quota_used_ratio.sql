-- Share of an API's quota that is used in its window, of whose calls it counts together.

select
    q.provider,
    q.unit,
    q.window_seconds,
    coalesce(o.slug, '') as organization,
    coalesce(q.account_id, '') as account,
    q.used_percent / 100 as value
from operations.quotas_used(now()) as q
left join tenancy.organizations as o on q.organization_id = o.organization_id
order by q.provider, q.unit, q.window_seconds, o.slug, q.account_id
