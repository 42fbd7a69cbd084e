-- Every post has a text for each of its variations. What is missing was not written, and the run said why: a budget, a
-- language model that gave no answer, a template that needs more than is known. The next run tries it again.

select
    p.post_core_id,
    p.planned_on,
    p.platform,
    p.channel_type,
    v.variation
from content.posts_core as p
left join content.product_selections as s
    on p.organization_id = s.organization_id and p.selection_id = s.selection_id
cross join lateral generate_series(1, coalesce(s.variations, 1)) as v (variation)
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and not exists (
        select
        from content.posts_content as c
        where
            c.organization_id = p.organization_id
            and c.post_core_id = p.post_core_id
            and c.variation = v.variation
    )
