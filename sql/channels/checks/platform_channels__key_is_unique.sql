-- A channel of a platform is one row. One row is a key that several rows have.

select
    platform,
    channel_type,
    count(*) as rows_with_it
from channels.platform_channels
group by platform, channel_type
having count(*) > 1
