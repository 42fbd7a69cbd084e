-- Which files of a brand the pictures of the studio were made with.

set local role syndication_owner;

alter table studio.generated_assets
add column pattern_asset_id text,
add foreign key (organization_id, pattern_asset_id) references brand.brand_assets (organization_id, asset_id);
comment on column studio.generated_assets.pattern_asset_id is
'The pattern of the brand that stands for a photo; NULL for none, and for visuals from before this was kept.';

create index generated_assets_pattern on studio.generated_assets (organization_id, pattern_asset_id)
where pattern_asset_id is not null;

create or replace trigger generated_assets_are_immutable
before update of request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id,
pattern_asset_id, fields, corrections on studio.generated_assets
for each row execute function studio.reject_change_of_visual();

create view studio.brand_asset_pictures with (security_invoker = true) as
select
    u.organization_id,
    u.asset_id,
    count(distinct u.visual_id) as visuals,
    count(v.variant_id) as pictures,
    max(v.created_at) as last_made_at
from (
    select
        a.organization_id,
        b.asset_id,
        a.asset_id as visual_id
    from brand.brand_version_assets as b
    inner join studio.generated_assets as a
        on b.organization_id = a.organization_id and b.brand_id = a.brand_id and b.version = a.brand_version
    union all
    select
        a.organization_id,
        a.pattern_asset_id,
        a.asset_id
    from studio.generated_assets as a
    where a.pattern_asset_id is not null
) as u
inner join studio.asset_variants as v on u.organization_id = v.organization_id and u.visual_id = v.asset_id
group by u.organization_id, u.asset_id;

comment on view studio.brand_asset_pictures is
'One row is one file of a brand that pictures of the studio were made with; a pattern, where it stands for a photo.';
comment on column studio.brand_asset_pictures.visuals is 'Visuals, each version of one by itself.';
comment on column studio.brand_asset_pictures.pictures is 'Their pictures, in all formats.';
comment on column studio.brand_asset_pictures.last_made_at is 'When the last of them was made.';

grant select on studio.brand_asset_pictures to syndication_pipeline, syndication_reader;
