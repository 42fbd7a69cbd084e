-- Every row belongs to a product that is there. One row is one that does not.

select
    r.organization_id,
    r.product_id,
    r.observed_at
from catalogue.product_changes as r
where not exists (
    select from catalogue.products as p where p.organization_id = r.organization_id and p.product_id = r.product_id
)
