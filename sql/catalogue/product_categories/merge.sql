-- One row is one category of one product: a category that the shop names for the product and that its tree has or had.
-- Covers the products that this load changed, and those that name a new category. A re-run changes nothing. Returns the
-- number of rows written and removed.

create temporary table products_to_place on commit drop as
with new_categories as (
    -- now() is the start of this transaction, so categories created at that time are new.
    select
        organization_id,
        vendor,
        vendor_category_id
    from catalogue.categories
    where created_at = now()
)

select
    organization_id,
    product_id
from changed_products
union
select
    p.organization_id,
    p.product_id
from new_categories as c
inner join (
    select
        organization_id,
        vendor,
        product_id,
        unnest(vendor_category_ids) as vendor_category_id
    from catalogue.products
) as p
    on
        c.organization_id = p.organization_id
        and c.vendor = p.vendor
        and c.vendor_category_id = p.vendor_category_id;

analyze products_to_place;

with named as (
    select
        p.organization_id,
        p.product_id,
        c.category_id
    from products_to_place as n
    inner join catalogue.products as p on n.organization_id = p.organization_id and n.product_id = p.product_id
    cross join lateral (select distinct unnest(p.vendor_category_ids) as vendor_category_id) as i
    inner join catalogue.categories as c
        on
            p.organization_id = c.organization_id
            and p.vendor = c.vendor
            and i.vendor_category_id = c.vendor_category_id
),

removed as (
    delete from catalogue.product_categories as r using products_to_place as n
    where
        r.organization_id = n.organization_id
        and r.product_id = n.product_id
        and not exists (
            select from named as c
            where
                c.organization_id = r.organization_id
                and c.product_id = r.product_id
                and c.category_id = r.category_id
        )
    returning r.product_id
),

written as (
    insert into catalogue.product_categories (organization_id, product_id, category_id)
    select
        organization_id,
        product_id,
        category_id
    from named as c
    -- Cheaper than "on conflict": a first load writes several rows a product.
    where not exists (
        select from catalogue.product_categories as r
        where
            r.organization_id = c.organization_id
            and r.product_id = c.product_id
            and r.category_id = c.category_id
    )
    order by product_id, category_id
    returning product_id
)

select (select count(*) from written) + (select count(*) from removed) as product_categories_changed;
