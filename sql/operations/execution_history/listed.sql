-- One row is one execution, the newest first. Parameters, each NULL for all: organization (a slug), process, step,
-- status, run_id (its beginning is enough), execution_id; and since, maximum, with_idle (whether those without anything
-- to do are listed).

select
    h.execution_id,
    o.slug as organization,
    h.process,
    h.step,
    h.platform,
    h.channel_type,
    h.content_process,
    h.status::text,
    h.triggered_by::text,
    tenancy.actor_name(h.actor) as actor,
    h.run_id,
    h.started_at,
    h.finished_at,
    h.rows_in,
    h.rows_out,
    h.rows_rejected,
    h.outcomes,
    h.cost,
    h.currency,
    h.times,
    h.error_message
from operations.execution_history as h
inner join tenancy.organizations as o on h.organization_id = o.organization_id
where
    h.executed_on >= (%(since)s::timestamptz at time zone 'utc')::date
    and coalesce(h.started_at, h.finished_at) >= %(since)s
    and (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(process)s::text is null or h.process = %(process)s)
    and (%(step)s::text is null or h.step = %(step)s)
    and (%(status)s::text is null or h.status::text = %(status)s)
    and (%(run_id)s::text is null or starts_with(h.run_id, %(run_id)s))
    and (%(execution_id)s::text is null or h.execution_id = %(execution_id)s)
    and (%(with_idle)s or h.status <> 'idle')
order by coalesce(h.started_at, h.finished_at) desc, h.execution_id desc
limit %(maximum)s
