-- One row is one reason in the open quarantine of an organization, with the number of items and an example.
-- Parameter: slug (of the organization).

select
    count(*) as items,
    q.reason,
    min(
        regexp_replace(q.source_file_path, '^.*/', '') || coalesce(', item ' || q.position::text, ', the whole file')
    ) as example
from landing.quarantine as q
inner join tenancy.organizations as o on q.organization_id = o.organization_id
where o.slug = %(slug)s and q.replayed_at is null and q.closed_at is null
group by q.reason
order by count(*) desc, q.reason asc;
