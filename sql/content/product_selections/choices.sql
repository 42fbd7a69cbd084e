-- One row is the product that one waiting channel chooses: of the category whose turn it is, the one with the highest
-- score.
-- Reads turns, candidates, branches_of_products and eligible_products.

select distinct on (t.organization_id, t.platform, t.channel_type)
    t.organization_id,
    t.platform,
    t.channel_type,
    t.is_repeat,
    t.top_category_id,
    t.top_category_name,
    t.category_selected_on,
    t.choices,
    c.product_id,
    c.last_selected_on,
    c.score,
    c.calculated_on,
    p.known_facts,
    p.category_names
from turns as t
inner join candidates as c
    on
        t.organization_id = c.organization_id
        and t.platform = c.platform
        and t.channel_type = c.channel_type
        and t.is_repeat = c.is_repeat
        and (not t.is_repeat or t.repeat_of = c.last_selected_on)
inner join eligible_products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
left join branches_of_products as b on c.organization_id = b.organization_id and c.product_id = b.product_id
where t.top_category_id is not distinct from b.top_category_id
order by
    t.organization_id asc,
    t.platform asc,
    t.channel_type asc,
    c.score desc,
    -- A pseudo-random order that is the same wherever the same catalogue is loaded.
    md5(concat_ws('/', t.platform, t.channel_type, p.vendor, p.sku)) asc
