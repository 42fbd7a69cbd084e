-- One row is one reason why a brief cannot be added as it is, as a sentence that says what to change.
-- Parameters: organization_id, template, brand_name (NULL for the only one), language, photo, search_terms, mode,
-- variations, platforms and channel_types (lists of the same length).

with wanted as (
    select
        c.platform,
        c.channel_type
    from unnest(%(platforms)s::text[], %(channel_types)s::text[]) as c (platform, channel_type)
),

template as (
    select
        t.document,
        t.brand_id
    from brand.current_visual_templates as t
    where t.organization_id = %(organization_id)s and t.template_name = %(template)s and t.is_active
),

look as (
    select b.languages
    from brand.brand_versions as b
    where
        b.organization_id = %(organization_id)s
        and b.is_current
        and b.is_active
        and (
            not exists (select from template where brand_id is not null)
            or b.brand_id = (select brand_id from template)
        )
        and coalesce(b.brand_name = %(brand_name)s::text, true)
)

select format(
    'There is no active visual template %%L: `syndication brand template list`.', %(template)s::text
) as problem
where not exists (select from template)
union all
select format(
    'There is no active brand %%s: `syndication brand list`.', coalesce(%(brand_name)s::text, 'for the template')
)
where exists (select from template) and not exists (select from look)
union all
select 'The organization has several brands: name one with --brand.'
where (select count(*) from look) > 1
union all
select format('The brand does not speak %%L, but %%s: add the language to the brand.', %(language)s::text,
    array_to_string(l.languages, ', '))
from look as l
where
    %(language)s::text <> all(
        array(select split_part(s.language, '-', 1) from unnest(l.languages) as s (language))
    )
union all
select format('There is no channel %%s/%%s: `syndication channels` lists them.', w.platform, w.channel_type)
from wanted as w
left join channels.platform_channels as c on w.platform = c.platform and w.channel_type = c.channel_type
where c.platform is null
union all
select format(
    'The template %%L has no format for %%s/%%s: it needs one of %%s.',
    %(template)s::text,
    w.platform,
    w.channel_type,
    coalesce(
        (
            select string_agg(f.format_name, ', ' order by f.priority desc, f.format_name asc)
            from channels.picture_formats as f
            where f.platform = w.platform and f.channel_type = w.channel_type and f.is_active
        ),
        'none, because the channel has no pictures'
    )
)
from wanted as w
inner join channels.platform_channels as c on w.platform = c.platform and w.channel_type = c.channel_type
where
    exists (select from template)
    and not exists (
        select
        from channels.picture_formats as f
        cross join template as t
        cross join lateral jsonb_array_elements(t.document -> 'formats') as d (format)
        where
            f.platform = w.platform
            and f.channel_type = w.channel_type
            and f.is_active
            and d.format ->> 'name' = f.format_name
    )
union all
select format('There is no stock image %%s: `syndication stock list`.', %(photo)s::text)
where
    %(photo)s::text is not null
    and not exists (
        select
        from media.stock_images as s
        where
            s.organization_id = %(organization_id)s
            and s.stock_image_id = %(photo)s
            and s.removed_at is null
    )
union all
select format('The stock image %%s is not of your own, and the mode brand_only takes no other.', %(photo)s::text)
from media.stock_images as s
where
    %(mode)s::text = 'brand_only'
    and s.organization_id = %(organization_id)s
    and s.stock_image_id = %(photo)s::text
    and s.source <> 'own'
union all
select 'The mode template_based takes no photo: leave --search and --photo out.'
where %(mode)s::text = 'template_based' and coalesce(%(photo)s::text, %(search_terms)s::text) is not null
union all
select 'The mode stock_enhanced needs a photo: say what to search for with --search, or choose one with --photo.'
where %(mode)s::text = 'stock_enhanced' and coalesce(%(photo)s::text, %(search_terms)s::text) is null
union all
select format(
    'The template %%L shows no photo: choose another one, or the mode template_based.', %(template)s::text
)
from template as t
where
    coalesce(%(photo)s::text, %(search_terms)s::text) is not null
    and not exists (
        select
        from jsonb_each(t.document -> 'fields') as f (name, field)
        where f.field ->> 'kind' = 'picture'
    )
union all
select 'Variations differ in their photos: say what to search for with --search, and choose none with --photo.'
where %(variations)s::integer > 1 and (%(search_terms)s::text is null or %(photo)s::text is not null)
union all
select format(
    'The template %%L needs a photo: say what to search for, choose a stock image, or another template.',
    %(template)s::text
)
from template as t
where
    %(photo)s::text is null
    and %(search_terms)s::text is null
    and exists (
        select
        from jsonb_each(t.document -> 'fields') as f (name, field)
        where f.field ->> 'kind' = 'picture' and (f.field ->> 'is_required')::boolean
    )
