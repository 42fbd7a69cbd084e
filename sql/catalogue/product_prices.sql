-- One row is one change of a product's price over the believed catalogues that have it; the first row is the first
-- price that was known. It follows from `product_changes`: an older catalogue that is loaded later puts its row where
-- it belongs and mends the one after it. A re-run changes nothing.
-- Parameters: organization_id, vendor. Returns the number of rows written and removed.

delete from staged_prices;

insert into staged_prices (organization_id, product_id, observed_at, price, currency)
select
    organization_id,
    product_id,
    observed_at,
    price,
    currency
from (
    select
        c.organization_id,
        c.product_id,
        c.observed_at,
        c.price,
        c.currency,
        lag(c.price) over earlier as earlier_price,
        lag(c.currency) over earlier as earlier_currency
    from catalogue.product_changes as c
    inner join catalogue.products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
    where p.organization_id = %(organization_id)s and p.vendor = %(vendor)s and c.is_listed
    window earlier as (partition by c.product_id order by c.observed_at)
) as history
where (price, currency) is distinct from (earlier_price, earlier_currency);

analyze staged_prices;

with removed as (
    delete from catalogue.product_prices as r using (
        select
            old.organization_id,
            old.product_id,
            old.observed_at
        from catalogue.product_prices as old
        inner join catalogue.products as p on old.organization_id = p.organization_id and old.product_id = p.product_id
        where p.organization_id = %(organization_id)s and p.vendor = %(vendor)s
        except
        select
            organization_id,
            product_id,
            observed_at
        from staged_prices
    ) as gone
    where
        r.organization_id = gone.organization_id
        and r.product_id = gone.product_id
        and r.observed_at = gone.observed_at
    returning r.product_id
),

written as (
    insert into catalogue.product_prices as r (organization_id, product_id, observed_at, price, currency)
    select
        organization_id,
        product_id,
        observed_at,
        price,
        currency
    from staged_prices
    on conflict (organization_id, product_id, observed_at) do update set
        price = excluded.price,
        currency = excluded.currency
    where (r.price, r.currency) is distinct from (excluded.price, excluded.currency)
    returning r.product_id
)

select (select count(*) from written) + (select count(*) from removed) as rows_changed;
