-- Files that are old enough to move to the archive, by organization and id. Parameters: organization (slug, or NULL),
-- after_organization and after_file (the last row before these), maximum (rows). It changes nothing.

select
    f.organization_id,
    f.media_file_id,
    f.object_path,
    f.sha256,
    f.size_bytes
from media.files_to_archive as f
inner join tenancy.organizations as o on f.organization_id = o.organization_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (f.organization_id, f.media_file_id) > (%(after_organization)s, %(after_file)s)
order by f.organization_id, f.media_file_id
limit %(maximum)s
