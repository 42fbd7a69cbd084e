-- Finds the products whose observations this load changes: a written snapshot says something else than the history at
-- that time, or the history has an observation of a removed snapshot. New products get their ids. Returns the changed
-- products, whose facts are staged next.

analyze staged_snapshots, staged_products;

insert into changed_products (organization_id, product_id, vendor, sku)
select distinct
    p.organization_id,
    p.product_id,
    p.vendor,
    p.sku
from staged_snapshots as t
inner join catalogue.products as p on t.organization_id = p.organization_id and t.vendor = p.vendor
-- One index entry per product, because histories may be long.
left join lateral (
    select
        o.observed_at,
        o.content_hash
    from catalogue.product_observations as o
    where
        o.organization_id = p.organization_id
        and o.product_id = p.product_id
        and o.observed_at <= t.observed_at
    order by o.observed_at desc
    limit 1
) as history on true
left join staged_products as s
    on
        t.organization_id = s.organization_id
        and t.vendor = s.vendor
        and t.observed_at = s.observed_at
        and p.sku = s.sku
where
    (t.part = 'written' and s.content_hash is distinct from history.content_hash)
    or (t.part = 'removed' and t.observed_at = history.observed_at);

insert into changed_products (organization_id, product_id, vendor, sku)
select
    organization_id,
    tenancy.public_id('prd', nextval('catalogue.product_id_sequence')),
    vendor,
    sku
from (
    select distinct
        s.organization_id,
        s.vendor,
        s.sku
    from staged_products as s
    where not exists (
        select from catalogue.products as p
        where p.organization_id = s.organization_id and p.vendor = s.vendor and p.sku = s.sku
    )
    order by s.organization_id asc, s.vendor asc, s.sku asc
) as new_products;

analyze changed_products;

select
    organization_id,
    vendor,
    sku
from changed_products;
