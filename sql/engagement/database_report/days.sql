-- One row is one measured day of a week. Parameter: week_start (a Monday).

select *
from operations.report_database_days
where week_start = %(week_start)s::date
order by measured_on
