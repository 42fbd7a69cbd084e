-- A large index is not used. One row is an index of at least 8 MB that enforces no key and was not scanned for at least
-- as many days as the threshold; value is that number. Parameter: threshold.

select
    null as organization_id,
    i.index_name as subject,
    i.unused_since::timestamp at time zone 'utc' as since,
    i.measured_on - i.unused_since as value,
    format(
        '%%s (%%s) was not scanned for %%s days, and every write keeps it up to date. If no rare report needs it: drop '
        'index concurrently %%s.',
        i.index_name,
        pg_size_pretty(i.index_bytes),
        i.measured_on - i.unused_since,
        i.index_name
    ) as message
from operations.newest_database_health as d
inner join operations.index_health_daily as i on d.measured_on = i.measured_on
where
    not i.is_required
    and i.index_bytes >= 8 * 1024 * 1024
    and i.measured_on - i.unused_since >= %(threshold)s
