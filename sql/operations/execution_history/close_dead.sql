-- Closes the running rows whose process has died: nobody holds the advisory lock on their work. If a restart of the
-- server took the lock from a process that lives, its end replaces the row. A re-run finds nothing to do.

update operations.execution_history
set
    status = 'killed',
    finished_at = clock_timestamp(),
    error_message = 'Its process died: it was killed, or its machine is gone. What it had committed stays.'
where
    status = 'running'
    and not exists (
        select
        from pg_locks as l
        where
            l.locktype = 'advisory'
            and l.granted
            and l.objsubid = 2
            and l.database = (select d.oid from pg_database as d where d.datname = current_database())
            and l.classid = hashtext('execution')::oid
            and l.objid = hashtext(work_id::text)::oid
    )
