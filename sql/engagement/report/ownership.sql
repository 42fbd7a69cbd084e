-- One row is our own posts, or the watched ones, on one platform in the week, our own first. Parameters: week_start (a
-- Monday).

select *
from engagement.report_ownership_weekly
where week_start = %(week_start)s::date
order by is_own desc, platform asc;
