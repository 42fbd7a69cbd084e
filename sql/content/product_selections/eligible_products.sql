-- One row is one product that can be posted about on a day: it has a page, and at the end of the day it was in a
-- catalogue and not sold out. `page` is what readers see as one product: its variants (sizes, colours) share it.
-- `known_facts` are the placeholders of templates that can be filled, as of the day.
-- Reads waiting_channels and branches_of_products. Parameters: selected_on (a date).

select
    p.organization_id,
    p.product_id,
    p.vendor,
    p.sku,
    catalogue.page_of(p.product_id, p.product_url) as page,
    array_remove(
        array[
            'product_name',
            'product_url',
            'call_to_action',
            case when p.description <> '' then 'description' end,
            case when case when h.product_id is null then p.price else h.price end is not null then 'price' end,
            case when c.category_names is not null then 'category' end
        ], null
    ) as known_facts,
    coalesce(c.category_names, '{}') as category_names
from catalogue.products as p
cross join (select (%(selected_on)s::date + 1)::timestamp at time zone 'utc' as ends_at) as day
left join lateral (
    -- If the price history begins after the day, the price of the day is unknown.
    select
        h.product_id,
        case when h.observed_at < day.ends_at then h.price end as price
    from catalogue.product_prices as h
    where h.organization_id = p.organization_id and h.product_id = p.product_id
    order by h.observed_at < day.ends_at desc, h.observed_at desc
    limit 1
) as h on true
left join (
    select
        organization_id,
        product_id,
        array_agg(distinct category_name) as category_names
    from branches_of_products
    group by organization_id, product_id
) as c on p.organization_id = c.organization_id and p.product_id = c.product_id
left join lateral (
    -- What the shop said about it at the end of the day: it may have left and returned since.
    select
        o.is_listed,
        o.facts -> 'attributes' as attributes
    from catalogue.product_observations as o
    where
        o.organization_id = p.organization_id
        and o.product_id = p.product_id
        and o.observed_at < day.ends_at
    order by o.observed_at desc
    limit 1
) as l on true
where
    p.organization_id in (select organization_id from waiting_channels)
    and p.product_url <> ''
    and p.first_seen_at < day.ends_at
    and coalesce(l.is_listed, p.deactivated_at >= day.ends_at, true)
    and not catalogue.is_sold_out(case when l.is_listed then l.attributes else p.attributes end)
