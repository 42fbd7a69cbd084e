-- The workflow of visuals of `make demo`: editors check, then one person signs off. Parameters: organization_id,
-- signing_user_id. It does not exist yet.

with workflow as (
    insert into approval.workflows (organization_id, workflow_name, content_types, forbids_own)
    values (%(organization_id)s, 'visuals', array['announcement'], true)
    returning organization_id, workflow_id
),

steps as (
    insert into approval.workflow_steps (
        organization_id, workflow_id, step_name, step_order, remind_after_hours, escalate_after_hours
    )
    select
        w.organization_id,
        w.workflow_id,
        s.step_name,
        s.step_order,
        s.remind_after_hours,
        s.escalate_after_hours
    from workflow as w
    cross join (
        values ('check', 1, 4, null), ('sign off', 2, 8, 16)
    ) as s (step_name, step_order, remind_after_hours, escalate_after_hours)
    returning organization_id, workflow_id, step_name
)

insert into approval.step_approvers (organization_id, workflow_id, step_name, is_for_escalation, role, user_id)
select
    s.organization_id,
    s.workflow_id,
    s.step_name,
    a.is_for_escalation,
    a.role,
    a.user_id
from steps as s
inner join (
    values
    ('check', false, 'editor', null),
    ('sign off', false, null, %(signing_user_id)s::text),
    ('sign off', true, 'owner', null)
) as a (step_name, is_for_escalation, role, user_id) on s.step_name = a.step_name
