-- Recovers targets whose lease expired because their publisher died. If its call was recorded, the post may be on the
-- platform: the target is never resent automatically and needs to be reconciled. If no call was recorded, none was
-- made: the target is scheduled again. Uses the database clock, as the lease does. A re-run finds nothing to do.

with expired as (
    select
        t.organization_id,
        t.target_id,
        t.leased_by,
        a.attempt_id
    from publishing.post_targets as t
    left join publishing.publish_attempts as a
        on
            t.organization_id = a.organization_id
            and t.target_id = a.target_id
            and t.attempts = a.attempt_number
    where t.state = 'publishing' and t.leased_until < clock_timestamp()
    for update of t skip locked
),

ended_attempts as (
    update publishing.publish_attempts as a
    set
        finished_at = clock_timestamp(),
        outcome = 'unknown',
        error_message = format('The publisher %%s ended without recording the outcome of its call.', e.leased_by)
    from expired as e
    where a.organization_id = e.organization_id and a.attempt_id = e.attempt_id and a.outcome is null
)

update publishing.post_targets as t
set
    state = case when e.attempt_id is null then 'scheduled' else 'needs_reconcile' end::publishing.target_state,
    leased_by = null,
    leased_until = null,
    error_message = case
        when e.attempt_id is null then t.error_message
        else format('The publisher %%s ended without recording the outcome of its call.', e.leased_by)
    end
from expired as e
where t.organization_id = e.organization_id and t.target_id = e.target_id
returning t.state::text
