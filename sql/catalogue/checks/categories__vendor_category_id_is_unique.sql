-- A shop's category id is one category. One row is an id with several categories.

select
    organization_id,
    vendor,
    vendor_category_id,
    count(*) as categories
from catalogue.categories
group by organization_id, vendor, vendor_category_id
having count(*) > 1
