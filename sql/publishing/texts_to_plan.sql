-- The approved texts of some days, each with every account that a schedule of its channel names, as far as they have
-- no target there yet, or one that waits for a slot. Parameters: window_start, window_end (dates, the end exclusive).
-- Of several versions the newest counts; none is planned where another version is on its way or published.

select distinct on (p.planned_on, p.organization_id, p.post_core_id, c.variation, s.account_id)
    p.planned_on,
    p.organization_id,
    p.post_core_id,
    c.variation,
    s.account_id,
    c.content_id,
    c.content_hash,
    p.platform,
    p.channel_type,
    a.publisher = 'dry_run' as is_simulated,
    approval.decided_at
from content.posts_core as p
inner join content.posts_content as c
    on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
inner join content.approvals as approval
    on
        c.organization_id = approval.organization_id
        and c.content_id = approval.content_id
        and approval.decision = 'approved'
inner join publishing.publishing_schedules as s
    on
        p.organization_id = s.organization_id
        and p.platform = s.platform
        and p.channel_type = s.channel_type
inner join channels.social_accounts as a
    on s.organization_id = a.organization_id and s.account_id = a.account_id
where
    p.planned_on >= %(window_start)s
    and p.planned_on < %(window_end)s
    and s.is_active
    and a.status <> 'paused'
    and publishing.is_approved(c.organization_id, c.content_id, c.content_hash)
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.account_id = s.account_id
            and t.channel_type = p.channel_type
            and t.post_core_id = p.post_core_id
            and t.variation = c.variation
            and (
                t.state in ('scheduled', 'publishing', 'published', 'needs_reconcile')
                or (t.content_id = c.content_id and t.state in ('failed', 'cancelled'))
                -- A person decides about a target whose slot was missed.
                or (t.content_id = c.content_id and t.state = 'ready' and t.error_message is not null)
            )
    )
order by
    p.planned_on asc, p.organization_id asc, p.post_core_id asc, c.variation asc, s.account_id asc, c.version desc
