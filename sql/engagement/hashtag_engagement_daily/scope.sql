-- The days to compute: those of the window, and those that engagement.stale_days holds for this table.
create temporary table scope on commit drop as
select
    organization_id,
    activity_date
from engagement.take_days('hashtag_engagement_daily', %(window_start)s, %(window_end)s);
