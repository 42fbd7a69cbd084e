-- One row is one item, or one whole file (position NULL), in the open quarantine of an organization.
-- Parameter: slug (of the organization).

select
    q.source_file_path,
    q.position,
    q.reason
from landing.quarantine as q
inner join tenancy.organizations as o on q.organization_id = o.organization_id
where o.slug = %(slug)s and q.replayed_at is null and q.closed_at is null
order by q.source_file_path asc, q.position asc nulls first;
