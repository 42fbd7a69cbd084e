-- Every rule of a channel is one row. One row is a key that several rows share.

select
    platform,
    channel_type,
    requirement_category,
    requirement_key,
    count(*) as row_count
from channels.channel_requirements
group by platform, channel_type, requirement_category, requirement_key
having count(*) > 1
