-- One row is one active workflow with its steps in order, as JSON. Parameters: organization_id.

select
    w.workflow_id,
    w.workflow_name,
    w.version,
    w.priority,
    w.subjects,
    w.content_types,
    w.platforms,
    w.channel_types,
    w.minimum_score,
    w.automatic_generators,
    w.automatic_minimum_score,
    w.forbids_own,
    coalesce(
        (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'step_order', s.step_order,
                        'step_name', s.step_name,
                        'needs', s.needs,
                        'roles', a.roles,
                        'users', a.users,
                        'escalation_roles', a.escalation_roles,
                        'escalation_users', a.escalation_users,
                        'remind_after_hours', s.remind_after_hours::text,
                        'escalate_after_hours', s.escalate_after_hours::text
                    )
                    order by s.step_order
                )
            from approval.workflow_steps as s
            cross join lateral (
                select
                    coalesce(array_agg(n.role) filter (where not n.is_for_escalation and n.role is not null), '{}')
                        as roles,
                    coalesce(
                        array_agg(n.user_id) filter (where not n.is_for_escalation and n.user_id is not null), '{}'
                    ) as users,
                    coalesce(array_agg(n.role) filter (where n.is_for_escalation and n.role is not null), '{}')
                        as escalation_roles,
                    coalesce(array_agg(n.user_id) filter (where n.is_for_escalation and n.user_id is not null), '{}')
                        as escalation_users
                from approval.step_approvers as n
                where
                    n.organization_id = s.organization_id
                    and n.workflow_id = s.workflow_id
                    and n.step_name = s.step_name
            ) as a
            where s.organization_id = w.organization_id and s.workflow_id = w.workflow_id
        ),
        '[]'
    ) as steps
from approval.workflows as w
where w.organization_id = %(organization_id)s and w.is_active
order by w.workflow_name
