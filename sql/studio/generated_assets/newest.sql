-- One row is a picture of the newest visuals, for people: its small copy, its channel and its score.
-- Parameters: asset_ids (a list), maximum (rows).

select
    o.slug as organization,
    r.request_id,
    r.title,
    r.language,
    v.platform || '/' || v.channel_type as channel,
    v.format_name,
    f.thumbnail_path,
    s.score,
    s.level
from studio.asset_variants as v
inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
inner join studio.content_requests as r on a.organization_id = r.organization_id and a.request_id = r.request_id
inner join tenancy.organizations as o on v.organization_id = o.organization_id
inner join media.media_files as f on v.organization_id = f.organization_id and v.media_file_id = f.media_file_id
left join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
where a.asset_id = any(%(asset_ids)s)
order by a.created_at desc, a.asset_id asc, v.platform asc, v.channel_type asc, v.format_name asc
limit %(maximum)s
