-- Every category has a root among its ancestors, or is one. One row is a category that is in a cycle or below a cycle.

with recursive reached as (
    select
        organization_id,
        category_id
    from catalogue.categories
    where parent_category_id is null
    union
    select
        c.organization_id,
        c.category_id
    from reached as r
    inner join catalogue.categories as c
        on r.organization_id = c.organization_id and r.category_id = c.parent_category_id
)

select
    c.organization_id,
    c.category_id,
    c.vendor_category_id
from catalogue.categories as c
where not exists (
    select from reached as r where r.organization_id = c.organization_id and r.category_id = c.category_id
)
