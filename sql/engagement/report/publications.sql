-- One row is the posts of five weeks that share a weekday, an hour or a format, at one age, our own first. Parameters:
-- week_start (a Monday), age_name.

select *
from engagement.report_publications_weekly
where week_start = %(week_start)s::date and age_name = %(age_name)s
order by trait asc, is_own desc, platform asc, trait_order asc, median_engagement desc nulls last, trait_value asc;
