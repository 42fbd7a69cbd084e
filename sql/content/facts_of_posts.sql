-- One row is one post with the facts about what it shows: everything that its texts may claim. A product has
-- its variants: it and the others on its page, unless they left the catalogue.
-- Their prices are the latest ones by the end of known_on; a price is NULL if the price history begins later.
-- Parameters: post_core_ids (a list), known_on (a date, inclusive).

with recursive categories_of_products as (
    select
        p.organization_id,
        p.post_core_id,
        c.category_id,
        c.parent_category_id,
        c.name,
        c.level
    from content.posts_core as p
    inner join catalogue.product_categories as pc
        on p.organization_id = pc.organization_id and p.product_id = pc.product_id
    inner join catalogue.categories as c
        on pc.organization_id = c.organization_id and pc.category_id = c.category_id and c.is_active
    where p.post_core_id = any(%(post_core_ids)s)
    -- UNION drops duplicates, so a cycle of categories terminates.
    union
    select
        b.organization_id,
        b.post_core_id,
        c.category_id,
        c.parent_category_id,
        c.name,
        c.level
    from categories_of_products as b
    inner join catalogue.categories as c
        on b.organization_id = c.organization_id and b.parent_category_id = c.category_id and c.is_active
),

variants_of_products as (
    select
        p.organization_id,
        p.post_core_id,
        jsonb_agg(
            jsonb_build_object(
                'name', v.name,
                'price', case when h.product_id is null then v.price else h.price end::text,
                'currency', case when h.product_id is null then v.currency else h.currency end,
                'attributes', v.attributes,
                'is_available', v.is_active and not catalogue.is_sold_out(v.attributes)
            ) order by v.sku
        ) as variants
    from content.posts_core as p
    inner join catalogue.products as d on p.organization_id = d.organization_id and p.product_id = d.product_id
    inner join catalogue.products as v
        on
            d.organization_id = v.organization_id
            and catalogue.page_of(d.product_id, d.product_url) = catalogue.page_of(v.product_id, v.product_url)
            and (v.is_active or v.product_id = d.product_id)
    left join lateral (
        select
            h.product_id,
            case when h.observed_at < (%(known_on)s::date + 1)::timestamp at time zone 'utc' then h.price end as price,
            h.currency
        from catalogue.product_prices as h
        where h.organization_id = v.organization_id and h.product_id = v.product_id
        order by h.observed_at < (%(known_on)s::date + 1)::timestamp at time zone 'utc' desc, h.observed_at desc
        limit 1
    ) as h on true
    where p.post_core_id = any(%(post_core_ids)s)
    group by p.organization_id, p.post_core_id
)

select
    p.organization_id,
    p.post_core_id,
    jsonb_build_object(
        'name', d.name,
        'url', d.product_url,
        'description', d.description,
        'categories', coalesce(c.names, '[]'),
        'image_url', d.image_url,
        'variants', v.variants
    ) as facts
from content.posts_core as p
inner join catalogue.products as d on p.organization_id = d.organization_id and p.product_id = d.product_id
inner join variants_of_products as v on p.organization_id = v.organization_id and p.post_core_id = v.post_core_id
left join lateral (
    select jsonb_agg(n.name order by n.level desc, n.name asc) as names
    from (
        select
            b.name,
            max(b.level) as level
        from categories_of_products as b
        where b.organization_id = p.organization_id and b.post_core_id = p.post_core_id
        group by b.name
    ) as n
) as c on true
where p.post_core_id = any(%(post_core_ids)s)
union all
select
    p.organization_id,
    p.post_core_id,
    jsonb_build_object(
        'name', coalesce(nullif(s.heading, ''), d.title),
        'title', d.title,
        'url', coalesce(s.section_url, d.url),
        'description', s.text_content,
        'categories', '[]'::jsonb,
        'image_url', coalesce(s.image_url, d.image_url),
        'is_available', d.is_published and s.is_active
    )
from content.posts_core as p
inner join documents.source_sections as s on p.organization_id = s.organization_id and p.section_id = s.section_id
inner join documents.source_documents as d on s.organization_id = d.organization_id and s.document_id = d.document_id
where p.post_core_id = any(%(post_core_ids)s)
union all
-- An announcement is about what its author wrote: nothing else is known, and no price or number may be claimed. The
-- post of a brief may claim what its requester states, and one about an event what is known of that.
select
    p.organization_id,
    p.post_core_id,
    jsonb_build_object(
        'name', '',
        'url', c.link_url,
        'stated', coalesce(r.facts, content.event_statements(e)),
        'language', coalesce(r.language, 'en'),
        'description', null,
        'image_url', c.image_url,
        'categories', '[]'::jsonb,
        'is_available', true
    )
from content.posts_core as p
left join studio.content_requests as r on p.organization_id = r.organization_id and p.request_id = r.request_id
left join content.events as e on p.organization_id = e.organization_id and p.event_id = e.event_id
left join lateral (
    select
        t.link_url,
        t.image_url
    from content.posts_content as t
    where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    order by t.version desc, t.content_id asc
    limit 1
) as c on true
where p.post_core_id = any(%(post_core_ids)s) and num_nonnulls(p.product_id, p.section_id) = 0
