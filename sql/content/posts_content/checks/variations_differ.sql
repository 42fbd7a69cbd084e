-- No two approved variations of a post are identical: they would appear twice on the same page and compare nothing.
-- Variations by timing are identical on purpose.

select
    c.content_id,
    o.content_id as other_content_id,
    c.post_core_id
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
inner join content.posts_content as o
    on
        c.organization_id = o.organization_id
        and c.post_core_id = o.post_core_id
        and c.content_hash = o.content_hash
        and c.variation < o.variation
left join content.product_selections as s
    on p.organization_id = s.organization_id and p.selection_id = s.selection_id
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and c.state = 'approved'
    and o.state = 'approved'
    and s.variations_by is distinct from 'timing'
