-- Number of items and files that wait in quarantine.

select
    o.slug as organization,
    q.source,
    count(*) as value
from landing.quarantine as q
inner join tenancy.organizations as o on q.organization_id = o.organization_id
where q.replayed_at is null and q.closed_at is null
group by o.slug, q.source
order by o.slug, q.source
