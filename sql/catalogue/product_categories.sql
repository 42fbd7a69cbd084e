-- One row is one category of one product: those that the shop names for it and that its tree has, or had. A re-run
-- changes nothing. Parameters: organization_id, vendor. Returns the number of rows written and removed.

delete from staged_named_categories;
delete from staged_category_ids;
delete from staged_product_categories;

insert into staged_named_categories (product_id, vendor_category_id)
select
    product_id,
    unnest(vendor_category_ids)
from catalogue.products
where organization_id = %(organization_id)s and vendor = %(vendor)s;

insert into staged_category_ids (vendor_category_id, category_id)
select
    vendor_category_id,
    category_id
from catalogue.categories
where organization_id = %(organization_id)s and vendor = %(vendor)s;

analyze staged_named_categories, staged_category_ids;

insert into staged_product_categories (organization_id, product_id, category_id)
select
    %(organization_id)s,
    n.product_id,
    c.category_id
from staged_named_categories as n
inner join staged_category_ids as c on n.vendor_category_id = c.vendor_category_id;

analyze staged_product_categories;

with present as (
    select
        r.organization_id,
        r.product_id,
        r.category_id
    from catalogue.product_categories as r
    inner join catalogue.products as p on r.organization_id = p.organization_id and r.product_id = p.product_id
    where p.organization_id = %(organization_id)s and p.vendor = %(vendor)s
),

removed as (
    delete from catalogue.product_categories as r using (
        select * from present
        except
        select * from staged_product_categories
    ) as gone
    where
        r.organization_id = gone.organization_id
        and r.product_id = gone.product_id
        and r.category_id = gone.category_id
    returning r.product_id
),

written as (
    insert into catalogue.product_categories (organization_id, product_id, category_id)
    select * from staged_product_categories
    except
    select * from present
    returning product_id
)

select (select count(*) from written) + (select count(*) from removed) as rows_changed;
