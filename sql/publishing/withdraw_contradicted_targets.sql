-- Unschedules targets whose text the catalogue or the blog contradicts: they go back to draft and release their slots.
-- If the contradiction ends, they are planned again. Parameter: now, the publisher's clock; a simulation of a past day
-- is checked against the catalogue of that day. A re-run finds nothing to do.

with contradicted as (
    select
        organization_id,
        target_id,
        publishing.contradiction(organization_id, content_id, %(now)s) as reason
    from publishing.post_targets
    where state in ('ready', 'scheduled')
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
