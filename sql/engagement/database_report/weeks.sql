-- One row is one week in which the database was measured, the newest first.

select distinct date_trunc('week', measured_on::timestamp)::date as week_start
from operations.database_health_daily
order by 1 desc
