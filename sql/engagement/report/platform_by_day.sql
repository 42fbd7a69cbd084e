-- One row is one platform on one of the 28 days up to Sunday, oldest first. Parameters: week_start (a Monday).

select *
from engagement.report_platforms_by_day
where week_start = %(week_start)s::date
order by platform, activity_date;
