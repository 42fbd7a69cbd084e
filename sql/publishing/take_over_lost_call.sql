-- Makes the target of a lost call unresolved, through the legal states, with the call as its latest attempt. A target
-- that is published already keeps its state. Parameters: organization_id, target_id, call_id, publisher, called_at,
-- reason (of the attempt), message (of the target). Runs once for each call, because the call has its target then.

update publishing.post_targets
set
    state = 'scheduled',
    scheduled_at = coalesce(scheduled_at, %(called_at)s)
where
    organization_id = %(organization_id)s and target_id = %(target_id)s and state in ('draft', 'ready', 'failed');

update publishing.post_targets
set
    state = 'publishing',
    leased_by = 'restored backup',
    leased_until = clock_timestamp()
where organization_id = %(organization_id)s and target_id = %(target_id)s and state = 'scheduled';

update publishing.post_targets
set attempts = attempts + 1
where
    organization_id = %(organization_id)s
    and target_id = %(target_id)s
    and state in ('publishing', 'needs_reconcile');

insert into publishing.publish_attempts (
    organization_id, target_id, attempt_number, publisher, call_id, started_at, finished_at, outcome, error_message
)
select
    organization_id,
    target_id,
    attempts,
    %(publisher)s,
    %(call_id)s,
    %(called_at)s,
    clock_timestamp(),
    'unknown',
    %(reason)s
from publishing.post_targets
where
    organization_id = %(organization_id)s
    and target_id = %(target_id)s
    and state in ('publishing', 'needs_reconcile');

update publishing.post_targets
set
    state = 'needs_reconcile',
    leased_by = null,
    leased_until = null,
    error_message = %(message)s
where
    organization_id = %(organization_id)s
    and target_id = %(target_id)s
    and state in ('publishing', 'needs_reconcile');

update publishing.lost_calls
set target_id = %(target_id)s
where organization_id = %(organization_id)s and call_id = %(call_id)s;
