-- Every approved text of the days has a target on each account that publishes its channel. One row is a text that would
-- never be published there: either the channel has no active schedule (account_id is NULL: add one with `syndication
-- schedule add`), or the day was not planned again (materialize publishing/post_targets).

select
    organization_id,
    content_id,
    account_id,
    planned_on,
    platform,
    channel_type
from publishing.waiting_texts(%(window_start)s, %(window_end)s)
where not found_no_slot
union all
select
    p.organization_id,
    c.content_id,
    null,
    p.planned_on,
    p.platform,
    p.channel_type
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.planned_on >= %(window_start)s
    and p.planned_on < %(window_end)s
    and publishing.is_process_active(p.platform, p.channel_type, p.post_kind::text)
    and publishing.is_approved(c.organization_id, c.content_id, c.content_hash)
    and not exists (
        select
        from publishing.publishing_schedules as s
        where
            s.organization_id = p.organization_id
            and s.platform = p.platform
            and s.channel_type = p.channel_type
            and s.is_active
    )
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.post_core_id = p.post_core_id
            and t.variation = c.variation
            and (t.content_id = c.content_id or t.state in ('publishing', 'published', 'needs_reconcile'))
    )
