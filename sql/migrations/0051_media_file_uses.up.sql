-- Media: what each stored file is of and from, in one view.

set local role syndication_owner;

create view media.file_uses with (security_invoker = true) as
select
    c.organization_id,
    c.media_file_id,
    'post medium' as used_as,
    c.media_id as used_by,
    r.post_id,
    c.host as provided_by,
    c.url_expires_at,
    c.state_since as used_since
from media.cached_media as c
inner join scraping.media_records as r on c.organization_id = r.organization_id and c.media_id = r.media_id
where c.media_file_id is not null
union all
select
    organization_id,
    media_file_id,
    'stock image' as used_as,
    stock_image_id as used_by,
    null as post_id,
    source as provided_by,
    null as url_expires_at,
    created_at as used_since
from media.stock_images
union all
select
    organization_id,
    media_file_id,
    'brand asset' as used_as,
    asset_id as used_by,
    null as post_id,
    null as provided_by,
    null as url_expires_at,
    created_at as used_since
from brand.brand_assets
union all
select
    organization_id,
    media_file_id,
    'visual' as used_as,
    variant_id as used_by,
    null as post_id,
    null as provided_by,
    null as url_expires_at,
    created_at as used_since
from studio.asset_variants
union all
select
    organization_id,
    picture_file_id as media_file_id,
    'picture of a text' as used_as,
    content_id as used_by,
    null as post_id,
    null as provided_by,
    null as url_expires_at,
    created_at as used_since
from content.posts_content
where picture_file_id is not null;

comment on view media.file_uses is
'One row is one use of a stored file: what it is of, and where it is from. A file without a row is used by nothing.';
comment on column media.file_uses.organization_id is
'Organization that owns the row, checked by row-level security.';
comment on column media.file_uses.media_file_id is 'The file; refers to media_files.';
comment on column media.file_uses.used_as is 'post medium, stock image, brand asset, visual or picture of a text.';
comment on column media.file_uses.used_by is
'Id of what it is of: a medium (med-), stock image (stk-), brand asset (bra-), visual (var-) or text (cnt-).';
comment on column media.file_uses.post_id is 'Post that has the medium; NULL for other uses.';
comment on column media.file_uses.provided_by is
'Host that it was fetched from, or source of stock images; NULL for files of the organization''s own.';
comment on column media.file_uses.url_expires_at is
'When the URL that it was fetched from expires; NULL if it has none, or does not say.';
comment on column media.file_uses.used_since is 'When it was first used so.';

grant select on media.file_uses to syndication_pipeline, syndication_reader;
