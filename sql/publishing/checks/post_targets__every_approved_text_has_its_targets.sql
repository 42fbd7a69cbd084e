-- Every approved text of these days has a target. One row is one that would never go out: its channel has no active
-- schedule (`syndication schedule add`), or its day was not planned since (materialize publishing/post_targets).

select
    p.organization_id,
    c.content_id,
    p.planned_on,
    p.platform,
    p.channel_type
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.planned_on >= %(window_start)s
    and p.planned_on < %(window_end)s
    and publishing.is_approved(c.organization_id, c.content_id, c.content_hash)
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.post_core_id = p.post_core_id
            and t.variation = c.variation
            and (t.content_id = c.content_id or t.state in ('publishing', 'published', 'needs_reconcile'))
    )
