-- Much of a table is empty room. One row is a table that wastes at least 8 MB, and of whose rows' room at least as many
-- percent as the threshold are empty; value is that percentage. Parameter: threshold.

select
    null as organization_id,
    table_name as subject,
    measured_on::timestamp at time zone 'utc' as since,
    round(100 * bloat_ratio, 1) as value,
    format(
        '%%s of %%s of %%s hold no rows (by %%s). New rows will use that room after `vacuum %%s`; to give it back to '
        'the system, run vacuum full while nothing uses the table, or pg_repack.',
        pg_size_pretty(bloat_bytes),
        pg_size_pretty(heap_bytes),
        table_name,
        bloat_source,
        table_name
    ) as message
from operations.newest_table_health
where bloat_bytes >= 8 * 1024 * 1024 and 100 * bloat_ratio >= %(threshold)s
