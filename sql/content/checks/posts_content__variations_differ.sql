-- No two approved variations of a post are the same: on one page they would stand twice, and compare nothing.

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
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and c.state = 'approved'
    and o.state = 'approved'
