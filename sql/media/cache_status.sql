-- The cache of each organization, or of one. Parameter: organization (slug, or NULL).

select
    o.slug as organization,
    s.waiting,
    s.cached,
    s.expired,
    s.gone,
    s.rejected,
    s.failed,
    s.files,
    s.bytes,
    s.next_expiry,
    s.files_of_last_day,
    s.would_expire,
    a.archived_files,
    a.archived_bytes,
    a.due_files,
    a.due_bytes
from media.cache_status as s
inner join media.archive_status as a on s.organization_id = a.organization_id
inner join tenancy.organizations as o on s.organization_id = o.organization_id
where %(organization)s::text is null or o.slug = %(organization)s
order by o.slug
