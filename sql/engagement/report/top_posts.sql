-- One row is one of the posts that gained the most public engagement, best first. Parameters: week_start (a Monday),
-- period (week or four weeks), row_limit.

select *
from engagement.report_top_posts
where week_start = %(week_start)s::date and period = %(period)s and place <= %(row_limit)s
order by place;
