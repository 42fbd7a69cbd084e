-- One row is one step of a round of the subject, or of what it replaced, with one of its decisions; a step without a
-- decision is one row. The oldest round first. Parameters: organization_id, subject_id.

with recursive chain (round_id, replaces_round_id) as (
    select
        r.round_id,
        r.replaces_round_id
    from approval.rounds as r
    where r.organization_id = %(organization_id)s and r.subject_id = %(subject_id)s
    union
    select
        r.round_id,
        r.replaces_round_id
    from chain as c
    inner join approval.rounds as r
        on r.organization_id = %(organization_id)s and r.round_id = c.replaces_round_id
)

select
    r.round_id,
    r.subject_id,
    r.state::text,
    r.created_at as began_at,
    r.ended_at,
    r.workflow_name,
    r.workflow_version,
    s.step_order,
    s.step_name,
    s.state::text as step_state,
    s.step_entered_at,
    d.decision::text as decision,
    tenancy.actor_name(d.decided_by) as decided_by,
    case when d.approver <> d.decided_by then tenancy.actor_name(d.approver) end as in_place_of,
    d.is_by_rule,
    d.reason,
    d.decided_at
from chain as c
inner join approval.rounds as r on r.organization_id = %(organization_id)s and c.round_id = r.round_id
inner join approval.round_steps as s on r.organization_id = s.organization_id and r.round_id = s.round_id
left join approval.decisions as d
    on s.organization_id = d.organization_id and s.round_id = d.round_id and s.step_order = d.step_order
order by r.created_at, r.round_id, s.step_order, d.is_withdrawal, d.decided_at, d.decision_id
