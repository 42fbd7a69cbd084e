-- Many rows of a table are dead. One row is a table with at least 10,000 deleted or replaced rows that no vacuum has
-- removed, and at least as many percent of its rows as the threshold; value is that percentage. Parameter: threshold.

select
    null as organization_id,
    table_name as subject,
    vacuumed_at as since,
    round(100 * dead_ratio, 1) as value,
    format(
        '%%s rows of %%s are dead, and it was %%s. Run: vacuum analyze %%s. If that removes nothing, an old '
        'transaction or replication slot holds them.',
        dead_rows,
        table_name,
        coalesce(
            'last vacuumed on ' || to_char(vacuumed_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC',
            'never vacuumed'
        ),
        table_name
    ) as message
from operations.newest_table_health
where dead_rows >= 10000 and 100 * dead_ratio >= %(threshold)s
