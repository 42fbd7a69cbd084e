-- One row is one expensive statement of a week, the slowest first; what is no query is left out. Parameters: week_start
-- (a Monday), row_limit.

select *
from operations.report_database_queries
where week_start = %(week_start)s::date and plan_missing is distinct from 'It is no query.'
order by milliseconds desc, query_id asc
limit %(row_limit)s
