-- Each row of a product's price history has another price than the one before. One row is one that has not.

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
