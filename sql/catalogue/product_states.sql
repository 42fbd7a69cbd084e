-- Summarizes the changes of each product that this load changed into `staged_states`, for the statements that follow.
-- Parameters: organization_id, vendor.

delete from staged_states;

analyze staged_changed_products;

insert into staged_states (
    product_id, sku, present_hash, content_hash, described_at, first_seen_at, observed_at, price, currency,
    deactivated_at
)
select
    product_id,
    sku,
    present_hash,
    (array_agg(content_hash order by observed_at desc) filter (where is_listed))[1],
    max(observed_at) filter (where is_listed),
    min(observed_at) filter (where is_listed),
    max(observed_at) filter (where is_listed and is_new_form),
    (array_agg(price order by observed_at desc) filter (where is_listed))[1],
    (array_agg(currency order by observed_at desc) filter (where is_listed))[1],
    case when not (array_agg(is_listed order by observed_at desc))[1] then max(observed_at) end
from (
    select
        p.sku,
        p.content_hash as present_hash,
        c.product_id,
        c.observed_at,
        c.is_listed,
        c.price,
        c.currency,
        c.content_hash,
        coalesce(
            c.content_hash <> lag(c.content_hash) over (
                partition by c.product_id, c.is_listed order by c.observed_at
            ), true
        ) as is_new_form
    from catalogue.product_changes as c
    inner join catalogue.products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
    where
        p.organization_id = %(organization_id)s
        and p.vendor = %(vendor)s
        and p.product_id in (select product_id from staged_changed_products)
) as history
group by product_id, sku, present_hash;

analyze staged_states;
