-- Time of the newest observation of a source: of scraped posts, catalogues, or documents.

select
    o.slug as organization,
    f.source,
    extract(epoch from max(f.observed_at)) as value
from landing.files as f
inner join tenancy.organizations as o on f.organization_id = o.organization_id
where f.items > 0 and f.withdrawn_at is null
group by o.slug, f.source
order by o.slug, f.source
