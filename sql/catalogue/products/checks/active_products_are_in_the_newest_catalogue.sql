-- The active products of a shop are the products of its newest accepted snapshot. One row is a shop with another number
-- of active products, or with products whose is_active contradicts their last change. Rebuild the shop's tables, as the
-- page on catalogues in the manual says.

with newest as (
    select distinct on (organization_id, vendor)
        organization_id,
        vendor,
        products
    from catalogue.catalogue_snapshots
    where status = 'accepted'
    order by organization_id asc, vendor asc, observed_at desc
),

latest as (
    select distinct on (organization_id, product_id)
        organization_id,
        product_id,
        is_listed
    from catalogue.product_observations
    order by organization_id asc, product_id asc, observed_at desc
),

counted as (
    select
        p.organization_id,
        p.vendor,
        count(*) filter (where p.is_active) as active,
        count(*) filter (where p.is_active is distinct from coalesce(l.is_listed, false)) as contradictions
    from catalogue.products as p
    left join latest as l on p.organization_id = l.organization_id and p.product_id = l.product_id
    group by p.organization_id, p.vendor
)

select
    c.organization_id,
    c.vendor,
    c.active,
    coalesce(n.products, 0) as listed,
    c.contradictions
from counted as c
left join newest as n on c.organization_id = n.organization_id and c.vendor = n.vendor
where c.active <> coalesce(n.products, 0) or c.contradictions > 0
