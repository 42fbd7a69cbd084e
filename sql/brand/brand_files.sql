-- One row is one file of a brand, with what it is used for. Parameters: organization_id and brand_id (NULL for all),
-- has_removed (whether removed files are among them).

select
    o.slug as organization,
    p.brand_name as brand,
    a.asset_name as name,
    a.asset_id,
    a.asset_type::text,
    f.mime_type,
    f.width,
    f.height,
    f.size_bytes,
    a.font_families,
    a.description,
    a.tags,
    a.is_active,
    u.versions,
    u.is_in_use,
    coalesce(m.pictures, 0) as pictures,
    m.last_made_at as last_pictured_at,
    a.created_at
from brand.brand_assets as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
inner join brand.brand_profiles as p on a.organization_id = p.organization_id and a.brand_id = p.brand_id
inner join media.media_files as f on a.organization_id = f.organization_id and a.media_file_id = f.media_file_id
inner join brand.brand_asset_usage as u on a.organization_id = u.organization_id and a.asset_id = u.asset_id
left join studio.brand_asset_pictures as m on a.organization_id = m.organization_id and a.asset_id = m.asset_id
where
    (%(organization_id)s::text is null or a.organization_id = %(organization_id)s)
    and (%(brand_id)s::text is null or a.brand_id = %(brand_id)s)
    and (a.is_active or %(has_removed)s)
order by o.slug, p.brand_name, a.asset_name
