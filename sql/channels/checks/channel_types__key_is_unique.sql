-- Every kind of publication is one row. One row is a key that several rows share.

select
    channel_type,
    count(*) as row_count
from channels.channel_types
group by channel_type
having count(*) > 1
