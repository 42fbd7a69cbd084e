-- Takes out of the queue what is not true any more: a target whose text the catalogue contradicts goes back to draft
-- and gives its slot away. It is planned again when the catalogue says otherwise. Parameters: now, the clock of the
-- publisher: a simulation of a past day goes by the catalogue of that day. A re-run finds nothing to do.

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
        '%%s Write it anew with `syndication review edit %%s` and approve that, or give it up with `syndication targets'
        ' cancel %%s`.',
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
