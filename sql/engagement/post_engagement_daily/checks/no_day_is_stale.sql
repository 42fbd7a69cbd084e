-- No rollup has stale days. One row is a rollup with days that a late file changed: they show old numbers until the
-- rollup runs. Materialize that rollup for any day.

select
    organization_id,
    table_name,
    count(*) as days,
    min(activity_date) as first_day,
    max(activity_date) as last_day
from engagement.stale_days
group by organization_id, table_name
