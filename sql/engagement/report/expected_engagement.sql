-- One row is what the next post of one of our profiles can expect at one age. Parameter: week_start (a Monday).

select *
from engagement.report_expected_engagement_weekly
where week_start = %(week_start)s::date
order by platform, username, age;
