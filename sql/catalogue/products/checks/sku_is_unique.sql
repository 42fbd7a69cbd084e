-- A shop's sku is one product with one public id. One row is a sku or a public id with several products.

select
    organization_id,
    vendor,
    sku,
    count(*) as products
from catalogue.products
group by organization_id, vendor, sku
having count(*) > 1
union all
select
    min(organization_id),
    min(vendor),
    product_id,
    count(*)
from catalogue.products
group by product_id
having count(*) > 1
