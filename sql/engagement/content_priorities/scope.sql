-- The days to compute: those of the window.
create temporary table scope on commit drop as
select %(window_start)s::date + d.day_number as calculated_on
from generate_series(0, %(window_end)s::date - %(window_start)s::date - 1) as d (day_number);
