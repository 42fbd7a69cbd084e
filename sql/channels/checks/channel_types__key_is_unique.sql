-- A kind of publication is one row. One row is a key that several rows have.

select
    channel_type,
    count(*) as rows_with_it
from channels.channel_types
group by channel_type
having count(*) > 1
