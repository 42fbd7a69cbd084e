-- A product's price is the last price of its history. One row is a product with another price. Rebuild the
-- shop's tables, as the page on catalogues in the manual says.

select
    p.organization_id,
    p.product_id,
    p.price,
    h.price as last_of_history
from catalogue.products as p
left join lateral (
    select
        r.price,
        r.currency
    from catalogue.product_prices as r
    where r.organization_id = p.organization_id and r.product_id = p.product_id
    order by r.observed_at desc
    limit 1
) as h on true
where (p.price, p.currency) is distinct from (h.price, h.currency)
