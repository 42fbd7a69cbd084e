-- The first of these resources of which an organization has used all that it may; no row if there is none. Parameters:
-- organization_id, resources (array). It changes nothing.

select
    o.slug,
    l.tier,
    l.resource::text,
    u.used,
    l.amount
from tenancy.limits_in_force as l
inner join tenancy.organizations as o on l.organization_id = o.organization_id
cross join lateral (select tenancy.used_by(l.organization_id, l.resource) as used) as u
where
    l.organization_id = %(organization_id)s
    and l.resource = any(%(resources)s::tenancy.limited_resource[])
    and l.amount is not null
    and u.used >= l.amount
order by l.resource
limit 1
