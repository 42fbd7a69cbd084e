-- What organizations use of each resource that a tier limits, beside the limit. One row is one organization and
-- resource; amount and used_percent are NULL without a limit. Parameter: organization (slug, or NULL for all).

select
    o.slug as organization,
    l.tier,
    l.resource::text as resource,
    u.used,
    l.amount,
    round(100.0 * u.used / l.amount, 1)::float8 as used_percent
from tenancy.limits_in_force as l
inner join tenancy.organizations as o on l.organization_id = o.organization_id
cross join lateral (select tenancy.used_by(l.organization_id, l.resource) as used) as u
where %(organization)s::text is null or o.slug = %(organization)s
order by o.slug, l.resource
