-- A category and its parent belong to the same vendor. One row is a category whose parent is of another vendor.
-- Materialize catalogue/categories for the vendor's newest snapshot again.
select
    c.organization_id,
    c.category_id,
    c.vendor,
    parent.vendor as vendor_of_parent
from catalogue.categories as c
inner join catalogue.categories as parent
    on c.organization_id = parent.organization_id and c.parent_category_id = parent.category_id
where c.vendor <> parent.vendor
