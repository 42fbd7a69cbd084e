-- Every platform is one row. One row is a key that several rows share.

select
    platform,
    count(*) as row_count
from channels.platforms
group by platform
having count(*) > 1
