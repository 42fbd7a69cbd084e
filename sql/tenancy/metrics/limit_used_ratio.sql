-- Share of what its tier allows that an organization uses, by resource. An organization without limits has no sample.

select
    o.slug as organization,
    l.resource::text as resource,
    round(tenancy.used_by(l.organization_id, l.resource)::numeric / l.amount, 4) as value
from tenancy.limits_in_force as l
inner join tenancy.organizations as o on l.organization_id = o.organization_id
where l.amount is not null
order by o.slug, l.resource
