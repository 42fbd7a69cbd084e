-- One row is one change of a product's price over the accepted snapshots that have it; the first row is the first known
-- price. Rows of changed products are derived from their observations, so an older snapshot that is loaded late inserts
-- its row in order and corrects the row after it, and a re-run changes nothing. Returns the number of rows written and
-- removed.

with history as (
    select
        o.organization_id,
        o.product_id,
        o.observed_at,
        o.price,
        o.currency,
        lag(o.price) over earlier as earlier_price,
        lag(o.currency) over earlier as earlier_currency
    from changed_products as c
    inner join catalogue.product_observations as o
        on c.organization_id = o.organization_id and c.product_id = o.product_id
    where o.is_listed
    window earlier as (partition by o.organization_id, o.product_id order by o.observed_at)
),

prices as (
    select * from history
    where (price, currency) is distinct from (earlier_price, earlier_currency)
),

removed as (
    delete from catalogue.product_prices as r using changed_products as c
    where
        r.organization_id = c.organization_id
        and r.product_id = c.product_id
        and not exists (
            select from prices as n
            where
                n.organization_id = r.organization_id
                and n.product_id = r.product_id
                and n.observed_at = r.observed_at
        )
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
    from prices
    order by product_id, observed_at
    on conflict (organization_id, product_id, observed_at) do update set
        price = excluded.price,
        currency = excluded.currency
    where (r.price, r.currency) is distinct from (excluded.price, excluded.currency)
    returning r.product_id
)

select (select count(*) from written) + (select count(*) from removed) as prices_changed;
