-- One row is the quality of one shop's active products; the last row (organization and vendor NULL) is the total over
-- all shops. A row has the number of active products and the shares of them, from 0 to 1, with an image, a price that
-- is not a placeholder, a description, a category that is reachable from a root of the shop's tree, and a page (only
-- products with a page are selected for posts). Shares are NULL without active products. The query reads the current
-- tables, whatever days were loaded, and changes nothing.

create temporary table reached_categories on commit drop as
with recursive reached as (
    select
        organization_id,
        category_id
    from catalogue.categories
    where parent_category_id is null and is_active
    union
    select
        c.organization_id,
        c.category_id
    from reached as r
    inner join catalogue.categories as c
        on r.organization_id = c.organization_id and r.category_id = c.parent_category_id
    where c.is_active
)

select
    organization_id,
    category_id
from reached;

analyze reached_categories;

with counted as (
    select
        p.organization_id,
        p.vendor,
        count(*) as products_active,
        nullif(count(*), 0)::float as products,
        count(*) filter (where p.image_url <> '') as with_image,
        count(p.price) as with_price,
        count(*) filter (where p.description <> '') as with_description,
        count(placed.product_id) as with_category,
        count(*) filter (where p.product_url <> '') as with_page
    from catalogue.products as p
    left join (
        select distinct
            pc.organization_id,
            pc.product_id
        from catalogue.product_categories as pc
        inner join reached_categories as r on pc.organization_id = r.organization_id and pc.category_id = r.category_id
    ) as placed on p.organization_id = placed.organization_id and p.product_id = placed.product_id
    where p.is_active
    group by grouping sets ((p.organization_id, p.vendor), ())
)

select
    o.slug as organization,
    c.vendor,
    c.products_active,
    c.with_image / c.products as share_with_image,
    c.with_price / c.products as share_with_price,
    c.with_description / c.products as share_with_description,
    c.with_category / c.products as share_with_category,
    c.with_page / c.products as share_with_page
from counted as c
left join tenancy.organizations as o on c.organization_id = o.organization_id
order by c.organization_id is null asc, c.products_active desc, o.slug asc, c.vendor asc
