-- A shop's newest category tree has no cycles. One row is a category that became a root to cut a cycle, although the
-- shop names a parent that exists. Ask the shop to correct the category's parent.

select
    c.organization_id,
    c.vendor,
    c.vendor_category_id,
    c.name,
    c.parent_vendor_category_id
from catalogue.categories as c
inner join catalogue.categories as parent
    on
        c.organization_id = parent.organization_id
        and c.vendor = parent.vendor
        and c.parent_vendor_category_id = parent.vendor_category_id
        and c.observed_at = parent.observed_at
where c.parent_category_id is null and c.is_active
