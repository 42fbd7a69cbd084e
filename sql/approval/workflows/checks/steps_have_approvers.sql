-- Every step of an active workflow names somebody who is an active member with the right to decide. Rounds of a
-- workflow with another step cannot begin. Name another approver: `syndication approval step edit`.

select
    o.slug as organization,
    w.workflow_name,
    s.step_name
from approval.workflows as w
inner join tenancy.organizations as o on w.organization_id = o.organization_id
inner join approval.workflow_steps as s on w.organization_id = s.organization_id and w.workflow_id = s.workflow_id
where
    w.is_active
    and not exists (
        select
        from approval.step_approvers as a
        inner join tenancy.organization_members as m
            on a.organization_id = m.organization_id and m.status = 'active' and a.approver in (m.user_id, m.role::text)
        inner join tenancy.users as u on m.user_id = u.user_id and u.is_active
        inner join tenancy.role_permissions as p on m.role = p.role and p.permission = 'approvals.decide'
        where
            a.organization_id = s.organization_id
            and a.workflow_id = s.workflow_id
            and a.step_name = s.step_name
            and not a.is_for_escalation
    )
