-- Number of open rounds that follow a workflow, by its step.

select
    o.slug as organization,
    r.workflow_name as workflow,
    s.step_name as step,
    count(*) as value
from approval.rounds as r
inner join approval.round_steps as s on r.organization_id = s.organization_id and r.round_id = s.round_id
inner join tenancy.organizations as o on r.organization_id = o.organization_id
where r.ended_at is null and r.workflow_name is not null and s.state = 'open'
group by o.slug, r.workflow_name, s.step_name
order by o.slug, r.workflow_name, s.step_name
