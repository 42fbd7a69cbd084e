-- An index is invalid or doubles another one. One row is such an index; value is 1. Parameter: threshold.

select
    null as organization_id,
    i.index_name as subject,
    i.measured_on::timestamp at time zone 'utc' as since,
    1 as value,
    case
        when i.is_valid
            then format(
                '%%s doubles %%s: every write keeps both up to date. Drop it: drop index concurrently %%s.',
                i.index_name, i.duplicate_of, i.index_name
            )
        else format(
            '%%s is invalid, because its build failed: no query uses it. Build it again: reindex index concurrently '
            '%%s.',
            i.index_name, i.index_name
        )
    end as message
from operations.newest_database_health as d
inner join operations.index_health_daily as i on d.measured_on = i.measured_on
where (not i.is_valid or i.duplicate_of is not null) and %(threshold)s <= 1
