-- One row is one platform in the week. Parameters: week_start (a Monday).

select *
from engagement.report_platforms_weekly
where week_start = %(week_start)s::date
order by platform;
