-- One row is one platform, week of publication and age, the newest week first. Parameters: week_start (a Monday).

select *
from engagement.report_cohorts_weekly
where week_start = %(week_start)s::date
order by platform asc, published_week desc, age asc;
