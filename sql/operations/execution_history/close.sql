-- One row is what one execution did for one organization or channel. Replaces the running rows of the work: by what was
-- counted; for an organization without counts by the error, if the work stopped with one, else by a row that counts the
-- day's executions without anything to do. Counts of an organization that was erased meanwhile are left out.
-- The row of a step that was closed as dead although its process lived is replaced, too.
-- Parameters: work_id, executed_on (the UTC day on which the work began), rows (a JSON list; `organization` is an id or
-- a slug), error_message (NULL if the work ended well).

with ended as (
    delete from operations.execution_history
    where work_id = %(work_id)s::uuid and executed_on = %(executed_on)s and status in ('running', 'killed')
    returning organization_id, process, step, triggered_by, actor, run_id, work_id, started_at, executed_on
),

counted as (
    select
        o.organization_id,
        r.*
    from jsonb_to_recordset(%(rows)s::jsonb) as r (
        organization text,
        process text,
        platform text,
        channel_type text,
        content_process text,
        status text,
        rows_in integer,
        rows_out integer,
        rows_rejected integer,
        outcomes jsonb,
        busy_seconds numeric,
        cost numeric,
        currency text,
        error_message text
    )
    inner join tenancy.organizations as o on r.organization in (o.organization_id, o.slug)
),

failed as (
    select
        e.organization_id,
        e.process
    from ended as e
    where
        %(error_message)s::text is not null
        and not exists (
            select
            from counted as c
            where c.organization_id = e.organization_id and c.process = e.process and c.rows_rejected > 0
        )
),

results as (
    insert into operations.execution_history (
        organization_id, process, step, platform, channel_type, content_process, triggered_by, actor, run_id, work_id,
        started_at, finished_at, status, rows_in, rows_out, rows_rejected, outcomes, busy_seconds, cost, currency,
        error_message, executed_on
    )
    select
        e.organization_id,
        e.process,
        e.step,
        c.platform,
        c.channel_type,
        c.content_process,
        e.triggered_by,
        e.actor,
        e.run_id,
        e.work_id,
        e.started_at,
        clock_timestamp(),
        coalesce(c.status, 'failed')::operations.execution_status,
        c.rows_in,
        c.rows_out,
        c.rows_rejected,
        coalesce(c.outcomes, '{}'),
        c.busy_seconds,
        c.cost,
        c.currency,
        case when c.status is null then %(error_message)s::text else c.error_message end,
        e.executed_on
    from ended as e
    inner join (
        select * from counted
        union all
        select
            f.organization_id,
            null,
            f.process,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null
        from failed as f
    ) as c on e.organization_id = c.organization_id and e.process = c.process
    order by e.organization_id, e.process, c.platform, c.channel_type, c.content_process
    returning organization_id, process, execution_id
),

idle as (
    insert into operations.execution_history as h (
        organization_id, process, step, triggered_by, actor, run_id, work_id, started_at, finished_at, status,
        executed_on
    )
    select
        e.organization_id,
        e.process,
        e.step,
        e.triggered_by,
        e.actor,
        e.run_id,
        e.work_id,
        e.started_at,
        clock_timestamp(),
        'idle',
        e.executed_on
    from ended as e
    where
        (e.organization_id, e.process) not in (select c.organization_id, c.process from counted as c)
        and (e.organization_id, e.process) not in (select f.organization_id, f.process from failed as f)
    order by e.organization_id, e.process
    on conflict (organization_id, process, step, executed_on) where status = 'idle' do update set
        times = h.times + 1,
        triggered_by = excluded.triggered_by,
        actor = excluded.actor,
        run_id = excluded.run_id,
        work_id = excluded.work_id,
        finished_at = excluded.finished_at
    returning h.execution_id
)

select
    r.process,
    r.execution_id
from results as r
order by r.process, r.execution_id
