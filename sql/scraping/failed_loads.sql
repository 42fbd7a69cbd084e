-- One row is one day with a source whose newest load failed or died: the number of failures since the source's last
-- successful load (the maximum over its sources), and the time of the last failure. Parameters: days.

select
    day,
    max(failures)::integer as failures,
    max(last_failed_at) as last_failed_at
from (
    select
        r.partition_from as day,
        count(*) as failures,
        max(coalesce(r.completed_at, r.started_at)) as last_failed_at
    from scraping.download_runs as r
    where
        r.kind = 'load'
        and r.partition_from = any(%(days)s::date[])
        and r.partition_to = r.partition_from
        and (
            r.status = 'failed'
            -- A live run holds the advisory lock of its id.
            or (
                r.status = 'running'
                and not exists (
                    select
                    from pg_locks as l
                    where
                        l.locktype = 'advisory'
                        and l.classid = hashtext('download run')::oid
                        and l.objid = hashtext(r.run_id)::oid
                )
            )
        )
        and not exists (
            select
            from scraping.download_runs as later
            where
                later.organization_id = r.organization_id
                and later.kind = r.kind
                and later.source = r.source
                and later.partition_from = r.partition_from
                and later.partition_to = r.partition_to
                and later.status = 'completed'
                and later.started_at > r.started_at
        )
    group by r.organization_id, r.source, r.partition_from
) as sources
group by day;
