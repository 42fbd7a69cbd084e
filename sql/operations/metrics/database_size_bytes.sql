-- Size of the database, as last measured.

select database_bytes as value
from operations.newest_database_health
