-- Deletes one batch of Dagster's events that are about no asset and older than what is kept; of runs that have ended.
-- Materializations, observations and checks have an asset and stay: they are what Dagster knows of each partition.
-- Events of a run's start and end stay too, because the list of runs shows them. Parameters: keeps_from (a date),
-- batch.

delete from event_logs
where
    id in (
        select e.id
        from event_logs as e
        where
            e.timestamp < %(keeps_from)s::date::timestamp
            and e.asset_key is null
            and coalesce(e.dagster_event_type, '') not like 'PIPELINE_%%'
            and coalesce(e.dagster_event_type, '') not like 'ASSET_%%'
            and not exists (
                select
                from runs as r
                where r.run_id = e.run_id and r.status in ('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')
            )
        order by e.id
        limit %(batch)s
    );
