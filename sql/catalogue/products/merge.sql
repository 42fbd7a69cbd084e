-- One row is one product of one shop, as described by the newest accepted snapshot that has it. A product that the
-- newest snapshot lacks is deactivated and keeps its last description; when it returns, it is active again. Rows of
-- changed products are derived from their observations, so an unchanged catalogue writes no row, the order of loading
-- does not matter, and a re-run changes nothing. Returns the numbers of new and of updated products.

with history as (
    select
        c.vendor,
        c.sku,
        o.organization_id,
        o.product_id,
        o.observed_at,
        o.is_listed,
        o.content_hash,
        lag(o.content_hash) over (
            partition by o.organization_id, o.product_id, o.is_listed order by o.observed_at
        ) as earlier_hash
    from changed_products as c
    inner join catalogue.product_observations as o
        on c.organization_id = o.organization_id and c.product_id = o.product_id
),

states as (
    select
        organization_id,
        product_id,
        vendor,
        sku,
        max(observed_at) filter (where is_listed) as described_at,
        max(observed_at) filter (where is_listed and content_hash is distinct from earlier_hash) as observed_at,
        min(observed_at) as first_seen_at,
        max(observed_at) filter (where not is_listed) as left_at
    from history
    group by organization_id, product_id, vendor, sku
),

written as (
    insert into catalogue.products as p (
        organization_id, product_id, vendor, sku, vendor_product_id, name, description, price, currency, image_url,
        product_url, attributes, vendor_category_ids, content_hash, observed_at, first_seen_at, is_active,
        deactivated_at
    )
    select
        s.organization_id,
        s.product_id,
        s.vendor,
        s.sku,
        o.facts ->> 'vendor_product_id',
        o.facts ->> 'name',
        o.facts ->> 'description',
        o.price,
        o.currency,
        o.facts ->> 'image_url',
        o.facts ->> 'product_url',
        o.facts -> 'attributes',
        array(select jsonb_array_elements_text(o.facts -> 'vendor_category_ids')),
        o.content_hash,
        s.observed_at,
        s.first_seen_at,
        s.left_at is null or s.left_at < s.described_at,
        case when s.left_at > s.described_at then s.left_at end
    from states as s
    inner join catalogue.product_observations as o
        on
            s.organization_id = o.organization_id
            and s.product_id = o.product_id
            and s.described_at = o.observed_at
    order by s.product_id
    on conflict (organization_id, product_id) do update set
        vendor_product_id = excluded.vendor_product_id,
        name = excluded.name,
        description = excluded.description,
        price = excluded.price,
        currency = excluded.currency,
        image_url = excluded.image_url,
        product_url = excluded.product_url,
        attributes = excluded.attributes,
        vendor_category_ids = excluded.vendor_category_ids,
        content_hash = excluded.content_hash,
        observed_at = excluded.observed_at,
        first_seen_at = excluded.first_seen_at,
        is_active = excluded.is_active,
        deactivated_at = excluded.deactivated_at
    where
        (p.content_hash, p.price, p.currency, p.observed_at, p.first_seen_at, p.deactivated_at)
        is distinct from (
            excluded.content_hash, excluded.price, excluded.currency, excluded.observed_at, excluded.first_seen_at,
            excluded.deactivated_at
        )
    returning p.created_at
),

-- Only rejected or withdrawn snapshots had these products. They stay, because other rooms may refer to them.
unconfirmed as (
    update catalogue.products as p set
        is_active = false,
        deactivated_at = p.first_seen_at,
        price = null,
        currency = null
    from changed_products as c
    where
        p.organization_id = c.organization_id
        and p.product_id = c.product_id
        and (p.is_active or p.price is not null or p.deactivated_at <> p.first_seen_at)
        and not exists (
            select from catalogue.product_observations as o
            where o.organization_id = p.organization_id and o.product_id = p.product_id
        )
    returning p.product_id
)

-- now() is the start of this transaction, so rows created at that time are new.
select
    (select count(*) from written where created_at = now()) as products_new,
    (select count(*) from written where created_at < now()) + (select count(*) from unconfirmed) as products_updated;
