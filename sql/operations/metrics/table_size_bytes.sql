-- Size of a table with its indexes, as last measured; the twenty largest.

select
    table_name as "table",
    total_bytes as value
from operations.newest_table_health
order by total_bytes desc, table_name asc
limit 20
