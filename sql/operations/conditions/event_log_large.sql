-- The event log of Dagster has very many rows. One row is the log if it has at least as many as the threshold; value is
-- that number. Parameter: threshold.

select
    null as organization_id,
    'dagster.events' as subject,
    measured_at as since,
    event_log_rows as value,
    format(
        'The event log of Dagster has about %%s rows (%%s). Keep fewer: syndication retention default edit '
        'dagster.events --keep-days 90.',
        event_log_rows,
        pg_size_pretty(event_log_bytes)
    ) as message
from operations.newest_database_health
where event_log_rows >= %(threshold)s
