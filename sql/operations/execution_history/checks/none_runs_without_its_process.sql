-- Every execution that runs has a living process. One row is one that does not: the look for problems closes it within
-- a minute, so check that the sensor alert_sensor runs.

select
    h.organization_id,
    h.execution_id,
    h.step,
    h.started_at
from operations.execution_history as h
where
    h.status = 'running'
    and h.executed_on >= %(window_start)s::date
    and h.executed_on < %(window_end)s::date
    and h.started_at < now() - interval '5 minutes'
    and not exists (
        select
        from pg_locks as l
        where
            l.locktype = 'advisory'
            and l.granted
            and l.objsubid = 2
            and l.database = (select d.oid from pg_database as d where d.datname = current_database())
            and l.classid = hashtext('execution')::oid
            and l.objid = hashtext(h.work_id::text)::oid
    )
