-- Gives each sku that a look has for the first time its row. `products.sql` makes it right afterwards.
-- Parameters: organization_id, vendor, observed_at.

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
order by sku;
