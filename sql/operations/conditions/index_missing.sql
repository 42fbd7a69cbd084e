-- A large table is often read as a whole. One row is a table whose sequential scans read at least 10,000 rows each and
-- happened at least as often a day as the threshold, since the measurement a day before; value is the number a day.
-- Parameter: threshold.

select
    null as organization_id,
    table_name as subject,
    measured_on::timestamp at time zone 'utc' as since,
    round(sequential_scans_a_day) as value,
    format(
        '%%s was read as a whole %%s times a day, %%s rows each time. An index may be missing: `syndication health '
        'queries` shows the slow statements with their plans.',
        table_name,
        round(sequential_scans_a_day),
        round(rows_a_scan)
    ) as message
from operations.newest_table_health
where rows_a_scan >= 10000 and sequential_scans_a_day >= %(threshold)s
