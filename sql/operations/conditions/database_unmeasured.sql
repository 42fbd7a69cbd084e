-- The database was not measured for hours, so what is known of it is old. One row is the database if it was ever
-- measured, and not within as many hours as the threshold; value is that number. Parameter: threshold.

select
    null as organization_id,
    'the database' as subject,
    measured_at as since,
    round(extract(epoch from now() - measured_at) / 3600, 1) as value,
    format(
        'The database was last measured at %%s UTC. Check that Dagster''s daemon runs and health_schedule is on, or '
        'run `syndication health measure`.',
        to_char(measured_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from operations.newest_database_health
where measured_at <= now() - make_interval(secs => %(threshold)s::float8 * 3600)
