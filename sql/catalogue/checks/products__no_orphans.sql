-- Every product belongs to an existing vendor. One row is a product without its vendor.

select
    p.organization_id,
    p.product_id,
    p.vendor
from catalogue.products as p
where not exists (
    select from catalogue.vendors as v where v.organization_id = p.organization_id and v.vendor = p.vendor
)
