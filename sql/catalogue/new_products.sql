-- Inserts a product for each new sku of a snapshot. If the snapshot is the newest, its first change and first price
-- are inserted too; otherwise `product_changes.sql` and `product_prices.sql` write them.
-- Parameters: organization_id, vendor, observed_at, next_observed_at (of the following snapshot; NULL if this is the
-- newest). Returns the numbers of new products, changes and prices.

with new_products as (
    insert into catalogue.products (
        organization_id, vendor, sku, vendor_product_id, name, description, price, currency, image_url, product_url,
        attributes, vendor_category_ids, content_hash, observed_at, first_seen_at
    )
    select
        organization_id,
        vendor,
        sku,
        vendor_product_id,
        name,
        description,
        price,
        currency,
        image_url,
        product_url,
        attributes,
        vendor_category_ids,
        content_hash,
        observed_at,
        observed_at
    from staged_products as s
    where
        organization_id = %(organization_id)s
        and vendor = %(vendor)s
        and observed_at = %(observed_at)s
        and not exists (
            select from catalogue.products as p
            where p.organization_id = s.organization_id and p.vendor = s.vendor and p.sku = s.sku
        )
    order by sku
    returning organization_id, product_id, observed_at, price, currency, content_hash
),

first_changes as (
    insert into catalogue.product_changes (
        organization_id, product_id, observed_at, is_listed, price, currency, content_hash
    )
    select
        organization_id,
        product_id,
        observed_at,
        true,
        price,
        currency,
        content_hash
    from new_products
    where %(next_observed_at)s::timestamptz is null
    order by product_id
    returning product_id
),

first_prices as (
    insert into catalogue.product_prices (organization_id, product_id, observed_at, price, currency)
    select
        organization_id,
        product_id,
        observed_at,
        price,
        currency
    from new_products
    where %(next_observed_at)s::timestamptz is null and price is not null
    order by product_id
    returning product_id
)

select
    (select count(*) from new_products) as products_new,
    (select count(*) from first_changes) as changes,
    (select count(*) from first_prices) as prices_changed;
