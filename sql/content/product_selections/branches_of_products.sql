-- One row is one category of one product, with the top-level category of its branch. A category whose parent is missing
-- or inactive counts as top-level. The categories of a cycle belong to no branch.
-- Reads waiting_channels: only their organizations matter.

with recursive branches as (
    select
        c.organization_id,
        c.category_id,
        c.name as category_name,
        c.category_id as top_category_id,
        c.name as top_category_name,
        array[c.category_id] as path
    from catalogue.categories as c
    left join catalogue.categories as parent
        on c.organization_id = parent.organization_id and c.parent_category_id = parent.category_id and parent.is_active
    where
        c.organization_id in (select organization_id from waiting_channels)
        and c.is_active
        and parent.category_id is null
    union all
    select
        c.organization_id,
        c.category_id,
        c.name,
        b.top_category_id,
        b.top_category_name,
        b.path || c.category_id
    from branches as b
    inner join catalogue.categories as c
        on b.organization_id = c.organization_id and b.category_id = c.parent_category_id
    -- The path stops the recursion in a damaged tree.
    where c.is_active and c.category_id <> all(b.path)
)

select
    p.organization_id,
    p.product_id,
    b.category_name,
    b.top_category_id,
    b.top_category_name
from branches as b
inner join catalogue.product_categories as p on b.organization_id = p.organization_id and b.category_id = p.category_id
