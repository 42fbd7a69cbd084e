-- One row is one week with an observation, oldest first. Parameters: first_week, last_week (Mondays, both included).

select *
from engagement.report_weeks
where week_start >= %(first_week)s::date and week_start <= %(last_week)s::date
order by week_start;
