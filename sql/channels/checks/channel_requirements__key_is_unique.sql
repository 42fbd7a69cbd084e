-- A rule of a channel is said once. One row is a key that several rows have.

select
    platform,
    channel_type,
    requirement_category,
    requirement_key,
    count(*) as rows_with_it
from channels.channel_requirements
group by platform, channel_type, requirement_category, requirement_key
having count(*) > 1
