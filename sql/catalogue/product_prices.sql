-- One row is one change of a product's price over the accepted snapshots that have it; the first row is the first known
-- price. Prices are derived from `product_changes`, so an older snapshot that is loaded late inserts its row in order
-- and corrects the row after it. Covers the products that this load changed. A re-run changes nothing.
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
    where
        p.organization_id = %(organization_id)s
        and p.vendor = %(vendor)s
        and c.is_listed
        and c.product_id in (select product_id from staged_changed_products)
    window earlier as (partition by c.product_id order by c.observed_at)
) as history
where (price, currency) is distinct from (earlier_price, earlier_currency);

analyze staged_prices;

-- As in `product_changes.sql`, new rows are inserted without `on conflict`.
with removed as (
    delete from catalogue.product_prices as r
    where
        r.organization_id = %(organization_id)s
        and r.product_id in (select product_id from staged_changed_products)
        and not exists (
            select from staged_prices as s
            where
                s.organization_id = r.organization_id
                and s.product_id = r.product_id
                and s.observed_at = r.observed_at
        )
    returning r.product_id
),

corrected as (
    update catalogue.product_prices as r set
        price = s.price,
        currency = s.currency
    from staged_prices as s
    where
        r.organization_id = s.organization_id
        and r.product_id = s.product_id
        and r.observed_at = s.observed_at
        and (r.price, r.currency) is distinct from (s.price, s.currency)
    returning r.product_id
),

written as (
    insert into catalogue.product_prices (organization_id, product_id, observed_at, price, currency)
    select
        s.organization_id,
        s.product_id,
        s.observed_at,
        s.price,
        s.currency
    from staged_prices as s
    where not exists (
        select from catalogue.product_prices as r
        where
            r.organization_id = s.organization_id
            and r.product_id = s.product_id
            and r.observed_at = s.observed_at
    )
    order by s.product_id, s.observed_at
    returning product_id
)

select
    (select count(*) from written)
    + (select count(*) from corrected)
    + (select count(*) from removed) as rows_changed;
