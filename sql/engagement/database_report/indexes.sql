-- One row is one index at the end of a week that enforces no key and was unused for at least a day, or that is needless
-- or invalid; the largest first. Parameters: week_start (a Monday), row_limit.

select *
from operations.report_database_indexes
where
    week_start = %(week_start)s::date
    and (duplicate_of is not null or not is_valid or (not is_required and unused_since < measured_on))
order by index_bytes desc, index_name asc
limit %(row_limit)s
