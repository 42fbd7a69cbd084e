-- One row is one profile whose followers were measured in the week, our own first, then the most followers. Parameters:
-- week_start (a Monday), row_limit.

select *
from engagement.report_followers_weekly
where week_start = %(week_start)s::date
order by is_own desc, followers desc, profile_id asc
limit %(row_limit)s;
