-- One row is one observed day of one post in the four weeks, oldest first. Parameters: week_start (a Monday), post_id.

select *
from engagement.report_post_history
where week_start = %(week_start)s::date and post_id = %(post_id)s
order by activity_date;
