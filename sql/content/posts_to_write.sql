-- One row is one text that is wanted and not there: a variation of a post of one day that has no version yet.
-- Parameters: planned_on (a date).

select
    p.organization_id,
    p.post_core_id,
    p.platform,
    p.channel_type,
    v.variation,
    p.post_kind::text as post_kind,
    s.template_id,
    s.template_version
from content.posts_core as p
left join content.product_selections as s
    on p.organization_id = s.organization_id and p.selection_id = s.selection_id
cross join lateral generate_series(1, coalesce(s.variations, 1)) as v (variation)
where
    p.planned_on = %(planned_on)s::date
    and not exists (
        select
        from content.posts_content as c
        where
            c.organization_id = p.organization_id
            and c.post_core_id = p.post_core_id
            and c.variation = v.variation
    )
order by p.organization_id, p.platform, p.channel_type, p.post_core_id, v.variation
