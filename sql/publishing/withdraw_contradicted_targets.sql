-- Unschedules targets whose text the catalogue or the blog contradicts: they go back to draft and release their slots.
-- If the contradiction ends, they are planned again. What is sent must agree with the newest accepted catalogue; a
-- simulation of a past day is checked against the catalogue of that day. Parameter: now, the time of the simulation.
-- A re-run finds nothing to do.

with contradicted as (
    select
        t.organization_id,
        t.target_id,
        publishing.contradiction(
            t.organization_id,
            t.content_id,
            case when a.publisher = 'dry_run' then %(now)s::timestamptz else 'infinity' end
        ) as reason
    from publishing.post_targets as t
    inner join channels.social_accounts as a
        on t.organization_id = a.organization_id and t.account_id = a.account_id
    inner join content.posts_core as p
        on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    where t.state in ('ready', 'scheduled')
)

update publishing.post_targets as t
set
    state = 'draft',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = format(
        '%%s Rewrite it with `syndication review edit %%s` and approve the new version, or drop it with `syndication'
        ' targets cancel %%s`.',
        contradicted.reason,
        t.content_id,
        t.target_id
    )
from contradicted
where
    t.organization_id = contradicted.organization_id
    and t.target_id = contradicted.target_id
    and t.state in ('ready', 'scheduled')
    and contradicted.reason is not null
