-- One row is one channel, account and kind of post, with the state of our posts for the days of the week. Parameters:
-- week_start (a Monday).

select *
from engagement.report_planned_posts_weekly
where week_start = %(week_start)s::date
order by platform asc, channel_type asc, account_name asc nulls last, post_kind asc;
