-- A platform is one row. One row is a key that several rows have.

select
    platform,
    count(*) as rows_with_it
from channels.platforms
group by platform
having count(*) > 1
