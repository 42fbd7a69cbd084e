-- One row is one product of one shop, as described by the newest accepted snapshot that has it. A product that the
-- newest snapshot lacks is deactivated and keeps its last description; when it returns, it is active again. Rows are
-- derived from `product_changes`, so an unchanged catalogue writes no row and the order of loading does not matter.
-- Parameters: organization_id, vendor. Returns the number of rows written.

with texts as (
    select distinct on (sku, content_hash) *
    from staged_products
    where organization_id = %(organization_id)s and vendor = %(vendor)s
    order by sku asc, content_hash asc, observed_at desc
),

described as (
    update catalogue.products as p set
        content_hash = t.content_hash,
        vendor_product_id = t.vendor_product_id,
        name = t.name,
        description = t.description,
        image_url = t.image_url,
        product_url = t.product_url,
        attributes = t.attributes,
        vendor_category_ids = t.vendor_category_ids,
        price = s.price,
        currency = s.currency,
        observed_at = s.observed_at,
        first_seen_at = s.first_seen_at,
        is_active = s.deactivated_at is null,
        deactivated_at = s.deactivated_at
    from staged_states as s
    inner join texts as t on s.sku = t.sku and s.content_hash = t.content_hash
    where
        p.organization_id = %(organization_id)s
        and p.product_id = s.product_id
        and s.present_hash <> s.content_hash
    returning p.product_id
),

state_updated as (
    update catalogue.products as p set
        price = s.price,
        currency = s.currency,
        observed_at = s.observed_at,
        first_seen_at = s.first_seen_at,
        is_active = s.deactivated_at is null,
        deactivated_at = s.deactivated_at
    from staged_states as s
    where
        p.organization_id = %(organization_id)s
        and p.product_id = s.product_id
        and s.present_hash = s.content_hash
        and (p.price, p.currency, p.observed_at, p.first_seen_at, p.deactivated_at)
        is distinct from (s.price, s.currency, s.observed_at, s.first_seen_at, s.deactivated_at)
    returning p.product_id
),

-- Only rejected or withdrawn snapshots had these products. They stay, because other rooms may refer to them.
unconfirmed as (
    update catalogue.products as p set
        is_active = false,
        deactivated_at = p.first_seen_at
    where
        p.organization_id = %(organization_id)s
        and p.vendor = %(vendor)s
        and p.is_active
        and p.product_id in (select product_id from staged_changed_products)
        and not exists (select from staged_states as s where s.product_id = p.product_id)
    returning p.product_id
)

select
    (select count(*) from described)
    + (select count(*) from state_updated)
    + (select count(*) from unconfirmed) as rows_changed;
