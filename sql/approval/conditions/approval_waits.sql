-- Approvals wait for longer than their workflow allows before a reminder. One row is an open step whose reminder is
-- due; value is the number of hours since then. Parameter: threshold.

select
    s.organization_id,
    s.round_id || ' ' || s.step_name as subject,
    s.step_entered_at as since,
    round(extract(epoch from now() - s.remind_at) / 3600, 1) as value,
    format(
        '%%s waits for a decision since %%s UTC: %%s has to decide the step %%s of the workflow %%s. '
        '`syndication approval inbox` shows it to its approvers.',
        r.subject_id, to_char(s.step_entered_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
        case
            when cardinality(s.approvers) = 1 then 'one approver'
            else format('%%s of %%s approvers', case s.needs when 'all' then 'each' else 'one' end,
                cardinality(s.approvers))
        end,
        s.step_name, r.workflow_name
    ) as message
from approval.rounds as r
inner join approval.round_steps as s on r.organization_id = s.organization_id and r.round_id = s.round_id
where
    r.ended_at is null
    and s.state = 'open'
    and s.remind_at <= now() - make_interval(secs => %(threshold)s::float8 * 3600)
