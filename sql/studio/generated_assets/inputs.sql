-- One row is what a brief is made with: the current version of its template and of the brand, the pattern of the brand,
-- and the formats of its channels that the template has, the one that is posted first. No row if template or brand are
-- not active any more. Parameters: organization_id, request_id.

select
    t.template_id,
    t.version as template_version,
    t.document,
    b.brand_id,
    b.version as brand_version,
    b.colours,
    b.heading_family,
    b.text_family,
    b.font_paths,
    b.logo_path,
    b.vocabulary,
    b.banned_words,
    b.minimum_score,
    (
        select jsonb_build_object('asset_id', p.asset_id, 'path', f.object_path)
        from brand.brand_assets as p
        inner join media.media_files as f
            on p.organization_id = f.organization_id and p.media_file_id = f.media_file_id
        where
            p.organization_id = b.organization_id
            and p.brand_id = b.brand_id
            and p.asset_type = 'pattern'
            and p.is_active
        order by p.asset_id
        limit 1
    ) as pattern,
    formats.formats
from studio.content_requests as r
inner join brand.current_visual_templates as t
    on r.organization_id = t.organization_id and r.template_name = t.template_name and t.is_active
inner join brand.brand_versions as b
    on
        r.organization_id = b.organization_id
        and b.is_current
        and b.is_active
        and (t.brand_id is null or t.brand_id = b.brand_id)
        and (r.brand_name is null or r.brand_name = b.brand_name)
cross join lateral (
    select
        jsonb_agg(
            jsonb_build_object(
                'platform', f.platform,
                'channel_type', f.channel_type,
                'format_name', f.format_name,
                'width', f.width,
                'height', f.height,
                -- The channel's own rule may allow less.
                'maximum_bytes', least(f.maximum_bytes, k.maximum_bytes),
                'mime_types', f.mime_types,
                'safe_top', f.safe_top,
                'safe_right', f.safe_right,
                'safe_bottom', f.safe_bottom,
                'safe_left', f.safe_left
            ) order by f.platform asc, f.channel_type asc, f.priority desc, f.format_name asc
        ) as formats
    from studio.request_channels as c
    inner join channels.picture_formats as f
        on c.platform = f.platform and c.channel_type = f.channel_type and f.is_active
    left join lateral (
        select min(q.maximum)::bigint as maximum_bytes
        from channels.channel_requirements as q
        where
            q.platform = f.platform
            and q.channel_type = f.channel_type
            and q.requirement_key = 'image_bytes'
            and q.is_active
    ) as k on true
    where
        c.organization_id = r.organization_id
        and c.request_id = r.request_id
        and exists (
            select
            from jsonb_array_elements(t.document -> 'formats') as d (format)
            where d.format ->> 'name' = f.format_name
        )
) as formats
where r.organization_id = %(organization_id)s and r.request_id = %(request_id)s
order by b.brand_id
limit 1
