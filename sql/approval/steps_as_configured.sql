-- One row is one step of a workflow, as people configure it: roles and people by name, in alphabetical order.
-- Parameters: organization_id.

select
    w.workflow_name as workflow,
    s.step_name as step,
    s.step_order as "order",
    s.needs::text as needs,
    coalesce(array_agg(a.role order by a.role) filter (where not a.is_for_escalation and a.role is not null), '{}')
        as roles,
    coalesce(array_agg(n.name order by n.name) filter (where not a.is_for_escalation and n.name is not null), '{}')
        as people,
    s.remind_after_hours,
    s.escalate_after_hours,
    coalesce(array_agg(a.role order by a.role) filter (where a.is_for_escalation and a.role is not null), '{}')
        as escalate_to_roles,
    coalesce(array_agg(n.name order by n.name) filter (where a.is_for_escalation and n.name is not null), '{}')
        as escalate_to
from approval.workflow_steps as s
inner join approval.workflows as w on s.organization_id = w.organization_id and s.workflow_id = w.workflow_id
left join approval.step_approvers as a
    on s.organization_id = a.organization_id and s.workflow_id = a.workflow_id and s.step_name = a.step_name
left join lateral (
    select coalesce(lower(u.email), u.service_name, u.user_id) collate "C" as name
    from tenancy.users as u
    where u.user_id = a.user_id
) as n on true
where s.organization_id = %(organization_id)s
group by s.organization_id, s.workflow_id, s.step_name, w.workflow_name
order by w.workflow_name, s.step_order
