-- Every category belongs to an existing vendor, and so does its parent, to the same vendor. One row is a category
-- without a vendor or with a missing parent.

select
    c.organization_id,
    c.category_id,
    c.vendor,
    c.parent_category_id
from catalogue.categories as c
where
    not exists (
        select from catalogue.vendors as v where v.organization_id = c.organization_id and v.vendor = c.vendor
    )
    or c.parent_category_id is not null and not exists (
        select from catalogue.categories as parent
        where
            parent.organization_id = c.organization_id
            and parent.vendor = c.vendor
            and parent.category_id = c.parent_category_id
    )
