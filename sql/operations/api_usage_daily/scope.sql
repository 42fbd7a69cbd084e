-- What a run computes: every organization on every day of the window. Parameters: window_start, window_end (dates, the
-- end exclusive).
create temporary table scope on commit drop as
select
    o.organization_id,
    days.activity_date::date as activity_date
from tenancy.organizations as o
cross join generate_series(
    %(window_start)s::date, %(window_end)s::date - 1, interval '1 day'
) as days (activity_date);
