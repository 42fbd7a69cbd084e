-- One row is one step that begins for one active organization: its status is `running` until its process closes it.
-- Parameters: steps (a JSON list of process and step), triggered_by, actor, run_id, work_id, started_at.

select operations.ensure_month_partitions(
    'operations.execution_history',
    (%(started_at)s::timestamptz at time zone 'utc')::date,
    (%(started_at)s::timestamptz at time zone 'utc')::date
);

insert into operations.execution_history (
    organization_id, process, step, triggered_by, actor, run_id, work_id, started_at, status, executed_on
)
select
    o.organization_id,
    s.process,
    s.step,
    %(triggered_by)s::operations.execution_trigger,
    %(actor)s,
    %(run_id)s,
    %(work_id)s::uuid,
    %(started_at)s,
    'running',
    (%(started_at)s::timestamptz at time zone 'utc')::date
from tenancy.organizations as o
cross join jsonb_to_recordset(%(steps)s::jsonb) as s (process text, step text)
where o.is_active
order by o.organization_id, s.process
