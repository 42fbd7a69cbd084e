-- One row is the top-level category whose turn it is on one waiting channel; NULL means products without a category.
-- Repeats wait until nothing else is left; then the product selected longest ago decides. Otherwise it is the turn of
-- the category selected longest ago, whatever its size; among categories that were never selected, the one with the
-- highest score of a product comes first. `choices` is the number of candidates that are, like its products, a repeat
-- or none, counted once for each of their categories.
-- Reads candidates, branches_of_products and waiting_channels. Parameters: selected_on (a date).

with earlier_turns as (
    select
        organization_id,
        platform,
        channel_type,
        category_id,
        max(selected_on) as category_selected_on
    from waiting_channels
    inner join content.product_selections using (organization_id, platform, channel_type)
    where selected_on < %(selected_on)s::date
    group by organization_id, platform, channel_type, category_id
),

categories as (
    select
        c.organization_id,
        c.platform,
        c.channel_type,
        c.is_repeat,
        case when c.is_repeat then c.last_selected_on end as repeat_of,
        b.top_category_id,
        b.top_category_name,
        max(max(c.score)) over (
            partition by c.organization_id, c.platform, c.channel_type, c.is_repeat, b.top_category_id
        ) as best_score,
        sum(count(*)) over (partition by c.organization_id, c.platform, c.channel_type, c.is_repeat) as choices
    from candidates as c
    left join (
        select distinct
            organization_id,
            product_id,
            top_category_id,
            top_category_name
        from branches_of_products
    ) as b on c.organization_id = b.organization_id and c.product_id = b.product_id
    group by
        c.organization_id, c.platform, c.channel_type, c.is_repeat, repeat_of, b.top_category_id, b.top_category_name
)

select distinct on (c.organization_id, c.platform, c.channel_type)
    c.organization_id,
    c.platform,
    c.channel_type,
    c.is_repeat,
    c.repeat_of,
    c.top_category_id,
    c.top_category_name,
    c.choices,
    t.category_selected_on
from categories as c
left join earlier_turns as t
    on
        c.organization_id = t.organization_id
        and c.platform = t.platform
        and c.channel_type = t.channel_type
        and c.top_category_id is not distinct from t.category_id
order by
    c.organization_id asc,
    c.platform asc,
    c.channel_type asc,
    c.is_repeat asc,
    c.repeat_of asc,
    t.category_selected_on asc nulls first,
    c.best_score desc,
    c.top_category_name asc,
    c.top_category_id asc
