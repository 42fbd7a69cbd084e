-- One row is one category of one product: a category that the shop names for the product and that its tree has or had.
-- Covers the products that this load changed, or all products if there are new categories. A re-run changes nothing.
-- Parameters: organization_id, vendor, has_new_categories. Returns the number of rows written and removed.

delete from staged_named_categories;
delete from staged_product_categories;

insert into staged_named_categories (product_id, vendor_category_ids)
select
    product_id,
    vendor_category_ids
from catalogue.products
where
    organization_id = %(organization_id)s
    and vendor = %(vendor)s
    -- Products created at now(), the start of this transaction, are new.
    and (
        %(has_new_categories)s
        or created_at = now()
        or product_id in (select product_id from staged_changed_products)
    );

analyze staged_named_categories;

insert into staged_product_categories (organization_id, product_id, category_id)
select
    c.organization_id,
    n.product_id,
    c.category_id
from (
    select
        product_id,
        unnest(vendor_category_ids) as vendor_category_id
    from staged_named_categories
) as n
inner join catalogue.categories as c
    on
        c.organization_id = %(organization_id)s
        and c.vendor = %(vendor)s
        and n.vendor_category_id = c.vendor_category_id;

analyze staged_product_categories;

with removed as (
    delete from catalogue.product_categories as r using staged_named_categories as n
    where
        r.organization_id = %(organization_id)s
        and r.product_id = n.product_id
        and not exists (
            select from staged_product_categories as s
            where s.product_id = r.product_id and s.category_id = r.category_id
        )
    returning r.product_id
),

written as (
    insert into catalogue.product_categories (organization_id, product_id, category_id)
    select
        s.organization_id,
        s.product_id,
        s.category_id
    from staged_product_categories as s
    where not exists (
        select from catalogue.product_categories as r
        where
            r.organization_id = s.organization_id
            and r.product_id = s.product_id
            and r.category_id = s.category_id
    )
    order by s.product_id, s.category_id
    returning product_id
)

select (select count(*) from written) + (select count(*) from removed) as rows_changed;
