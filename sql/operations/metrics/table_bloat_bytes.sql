-- Room within a table that holds no rows, as last estimated; of the twenty largest tables.

select
    table_name as "table",
    bloat_bytes as value
from operations.newest_table_health
order by total_bytes desc, table_name asc
limit 20
