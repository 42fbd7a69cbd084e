-- Approvals are escalated: others may decide, too. One row is an open step whose escalation is due; value is the
-- number of hours since then. Parameter: threshold.

select
    s.organization_id,
    s.round_id || ' ' || s.step_name as subject,
    s.step_entered_at as since,
    round(extract(epoch from now() - s.escalate_at) / 3600, 1) as value,
    format(
        '%%s waits for a decision since %%s UTC, so the step %%s of the workflow %%s is escalated to %%s people, '
        'one of whom is enough. `syndication approval inbox` shows it to them.',
        r.subject_id, to_char(s.step_entered_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'), s.step_name,
        r.workflow_name, cardinality(s.escalation_approvers)
    ) as message
from approval.rounds as r
inner join approval.round_steps as s on r.organization_id = s.organization_id and r.round_id = s.round_id
where
    r.ended_at is null
    and s.state = 'open'
    and s.escalate_at <= now() - make_interval(secs => %(threshold)s::float8 * 3600)
