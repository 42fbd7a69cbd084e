-- Time of the newest measurement of the database.

select extract(epoch from measured_at) as value
from operations.newest_database_health
