-- One row is one table at the end of a week, the largest first. Parameters: week_start (a Monday), row_limit.

select *
from operations.report_database_tables
where week_start = %(week_start)s::date
order by total_bytes desc, table_name asc
limit %(row_limit)s
