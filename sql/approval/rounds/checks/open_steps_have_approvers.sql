-- Every open step that names approvers has one who is still an active member with the right to decide, or, once it is
-- escalated, one of its escalation. Change the workflow and edit the subject, which begins a new round, or give
-- somebody the role back.

select
    r.round_id,
    r.subject_id,
    s.step_name,
    r.workflow_name
from approval.rounds as r
inner join approval.round_steps as s on r.organization_id = s.organization_id and r.round_id = s.round_id
where
    r.organization_id = any(array(select organization_id from tenancy.organizations))
    and r.ended_at is null
    and s.state = 'open'
    and s.approvers is not null
    and not exists (
        select
        from unnest(s.approvers || case when s.escalate_at <= now() then s.escalation_approvers end) as named (user_id)
        inner join tenancy.organization_members as m
            on m.organization_id = r.organization_id and m.user_id = named.user_id and m.status = 'active'
        inner join tenancy.users as u on m.user_id = u.user_id and u.is_active
        inner join tenancy.role_permissions as p on m.role = p.role and p.permission = 'approvals.decide'
    )
