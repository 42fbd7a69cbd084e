-- Every row belongs to an existing product. One row is a row without its product.

select
    r.organization_id,
    r.product_id,
    r.observed_at
from catalogue.product_prices as r
where not exists (
    select from catalogue.products as p where p.organization_id = r.organization_id and p.product_id = r.product_id
)
