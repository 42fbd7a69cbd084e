-- Every channel of a platform is one row. One row is a key that several rows share.

select
    platform,
    channel_type,
    count(*) as row_count
from channels.platform_channels
group by platform, channel_type
having count(*) > 1
