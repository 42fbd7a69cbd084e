-- A product is in exactly the categories that the shop names for it and that its tree has or had. One row is a product
-- with more or fewer categories. Rebuild the shop's tables, as the page on catalogues in the manual says.

select
    p.organization_id,
    p.product_id,
    n.named,
    n.present
from catalogue.products as p
cross join lateral (
    select
        (
            select count(distinct c.category_id)
            from catalogue.categories as c
            where
                c.organization_id = p.organization_id
                and c.vendor = p.vendor
                and c.vendor_category_id = any(p.vendor_category_ids)
        ) as named,
        (
            select count(*)
            from catalogue.product_categories as r
            where r.organization_id = p.organization_id and r.product_id = p.product_id
        ) as present
) as n
where n.named <> n.present
