-- One row is one reason why items that landed in the week could not be loaded, most frequent first. Parameters:
-- week_start (a Monday).

select *
from engagement.report_quarantined_items_weekly
where week_start = %(week_start)s::date
order by items desc, source asc, reason asc;
