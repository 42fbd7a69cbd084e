-- What is left of an API's quota in its window, in requests or units, of whose calls it counts together. Without calls
-- in the window there is no sample, and all of it is left.

select
    q.provider,
    q.unit,
    q.window_seconds,
    coalesce(o.slug, '') as organization,
    coalesce(q.account_id, '') as account,
    greatest(q.amount - q.used, 0) as value
from operations.quotas_used(now()) as q
left join tenancy.organizations as o on q.organization_id = o.organization_id
order by q.provider, q.unit, q.window_seconds, o.slug, q.account_id
