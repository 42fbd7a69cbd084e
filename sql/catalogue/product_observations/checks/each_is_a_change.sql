-- Each change differs from the product's change before it, the first change lists the product, and each belongs to an
-- accepted snapshot. One row is a change that does not.

select
    c.organization_id,
    c.product_id,
    c.observed_at
from (
    select
        *,
        lag(is_listed) over earlier as was_listed,
        lag(price) over earlier as old_price,
        lag(currency) over earlier as old_currency,
        lag(content_hash) over earlier as old_hash
    from catalogue.product_observations
    window earlier as (partition by organization_id, product_id order by observed_at)
) as c
inner join catalogue.products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
where
    (c.is_listed, c.price, c.currency, c.content_hash)
    is not distinct from (coalesce(c.was_listed, false), c.old_price, c.old_currency, c.old_hash)
    or not exists (
        select from catalogue.catalogue_snapshots as s
        where
            s.organization_id = p.organization_id
            and s.vendor = p.vendor
            and s.observed_at = c.observed_at
            and s.status = 'accepted'
    )
