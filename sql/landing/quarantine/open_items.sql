-- One row is one item, or one whole file (position NULL), that is neither loaded nor closed, the newest day first.
-- Parameters: organization (a slug; NULL for all), maximum (NULL for all).

select
    q.quarantine_id,
    o.slug,
    q.source,
    q.landed_on,
    q.source_file_path,
    q.position,
    q.payload_bytes,
    q.quarantined_at,
    q.reason
from landing.quarantine as q
inner join tenancy.organizations as o on q.organization_id = o.organization_id
where q.replayed_at is null and q.closed_at is null and coalesce(o.slug = %(organization)s, true)
order by q.landed_on desc, q.source_file_path asc, q.position asc nulls first
limit %(maximum)s
