-- Every row refers to an existing product and an existing category of the same shop. One row is a reference that does
-- not.

select
    r.organization_id,
    r.product_id,
    r.category_id
from catalogue.product_categories as r
where not exists (
    select from catalogue.products as p
    inner join catalogue.categories as c on p.organization_id = c.organization_id and p.vendor = c.vendor
    where
        p.organization_id = r.organization_id
        and p.product_id = r.product_id
        and c.organization_id = r.organization_id
        and c.category_id = r.category_id
)
