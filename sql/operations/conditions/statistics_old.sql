-- The planner's statistics of a table are missing or old. One row is a table with at least 10,000 rows of which at
-- least as many percent as the threshold have changed since the statistics were made; value is that percentage.
-- Parameter: threshold.

select
    null as organization_id,
    table_name as subject,
    analyzed_at as since,
    round(100 * changed_ratio, 1) as value,
    format(
        '%%s rows of %%s have changed since it was %%s, so that the planner guesses. Run: analyze %%s.',
        changed_since_analyze,
        table_name,
        coalesce(
            'last analyzed on ' || to_char(analyzed_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC',
            'filled, never analyzed as a whole'
        ),
        table_name
    ) as message
from operations.newest_table_health
where live_rows >= 10000 and 100 * changed_ratio >= %(threshold)s
