-- Every selection of a product has one post with the same product, channel and day.

select
    s.selection_id,
    s.selected_on,
    p.post_core_id
from content.product_selections as s
left join content.posts_core as p on s.organization_id = p.organization_id and s.selection_id = p.selection_id
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and (p.product_id, p.platform, p.channel_type, p.planned_on)
    is distinct from (s.product_id, s.platform, s.channel_type, s.selected_on)
