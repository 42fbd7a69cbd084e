-- Share of index blocks that were in the cache, since the measurement a day before the newest.

select index_hit_ratio as value
from operations.newest_database_health
