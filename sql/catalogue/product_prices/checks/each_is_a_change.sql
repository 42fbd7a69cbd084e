-- Each price differs from the product's price before it. One row is a price that repeats.

select
    organization_id,
    product_id,
    observed_at,
    price
from (
    select
        *,
        lag(price) over earlier as old_price,
        lag(currency) over earlier as old_currency
    from catalogue.product_prices
    window earlier as (partition by organization_id, product_id order by observed_at)
) as history
where (price, currency) is not distinct from (old_price, old_currency)
