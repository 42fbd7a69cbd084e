-- Number of events in the log of Dagster, as last estimated.

select event_log_rows as value
from operations.newest_database_health
