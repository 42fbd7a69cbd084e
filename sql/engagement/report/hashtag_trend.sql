-- One row is one of the hashtags whose posts gained the most public engagement, best first. Parameters: week_start (a
-- Monday), row_limit.

select *
from engagement.report_hashtags_weekly
where week_start = %(week_start)s::date and place <= %(row_limit)s
order by place;
