-- One row is one stored stock image, the newest first. Parameters: organization (slug), source and stock_image_id (NULL
-- for all), has_removed (whether removed ones are among them), maximum (rows).

select
    o.slug as organization,
    s.stock_image_id,
    s.source,
    s.source_image_id,
    s.title,
    s.author,
    s.page_url,
    s.licence,
    s.licence_url,
    s.attribution,
    s.is_attribution_required,
    s.allows_commercial_use,
    s.allows_changes,
    s.is_made_by_ai,
    s.searched_for,
    f.width,
    f.height,
    f.object_path,
    s.last_used_at,
    s.removed_at
from media.stock_images as s
inner join tenancy.organizations as o on s.organization_id = o.organization_id
inner join media.media_files as f on s.organization_id = f.organization_id and s.media_file_id = f.media_file_id
where
    coalesce(o.slug = %(organization)s, true)
    and coalesce(s.source = %(source)s, true)
    and coalesce(s.stock_image_id = %(stock_image_id)s, true)
    and (s.removed_at is null or %(has_removed)s)
order by s.created_at desc, s.stock_image_id asc
limit %(maximum)s
