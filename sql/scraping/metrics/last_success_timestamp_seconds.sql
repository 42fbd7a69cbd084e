-- Time of the last successful fetch or load of a source.

select
    o.slug as organization,
    r.source,
    r.kind::text as kind,
    extract(epoch from max(r.completed_at)) as value
from scraping.download_runs as r
inner join tenancy.organizations as o on r.organization_id = o.organization_id
where r.status = 'completed'
group by o.slug, r.source, r.kind
order by o.slug, r.source, r.kind
