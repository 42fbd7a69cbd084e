-- The database has grown fast. One row is the database if it is larger than 1 GB and has grown within the last week by
-- at least as many percent as the threshold; value is that percentage. Parameter: threshold.

select
    null as organization_id,
    'the database' as subject,
    b.measured_on::timestamp at time zone 'utc' as since,
    round(100.0 * (d.database_bytes - b.database_bytes) / b.database_bytes, 1) as value,
    format(
        'The database has grown from %%s to %%s since %%s. `syndication health tables` shows where; '
        '`syndication retention` says how long rows stay.',
        pg_size_pretty(b.database_bytes),
        pg_size_pretty(d.database_bytes),
        b.measured_on
    ) as message
from operations.newest_database_health as d
cross join lateral (
    select e.*
    from operations.database_health_daily as e
    where e.measured_on < d.measured_on and e.measured_on >= d.measured_on - 7 and e.database_bytes > 0
    order by e.measured_on
    limit 1
) as b
where
    d.database_bytes >= 1024 ^ 3
    and 100.0 * (d.database_bytes - b.database_bytes) >= %(threshold)s * b.database_bytes
