-- Number of open alerts, as the last look for problems found them.

select
    o.slug as organization,
    a.kind,
    a.severity::text as severity,
    count(*) as value
from operations.alerts as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where a.closed_at is null
group by o.slug, a.kind, a.severity
order by o.slug, a.kind, a.severity
