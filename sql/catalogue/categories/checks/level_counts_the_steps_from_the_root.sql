-- The level of an active category is its parent's level plus 1, or 0 for a root. One row is a category with another
-- level.

select
    c.organization_id,
    c.category_id,
    c.level,
    parent.level as level_of_parent
from catalogue.categories as c
left join catalogue.categories as parent
    on c.organization_id = parent.organization_id and c.parent_category_id = parent.category_id
where c.is_active and c.level <> coalesce(parent.level + 1, 0)
