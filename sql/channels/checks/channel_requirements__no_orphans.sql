-- Every rule belongs to an existing channel. One row is a rule without its channel.

select
    r.platform,
    r.channel_type,
    r.requirement_key
from channels.channel_requirements as r
where
    not exists (
        select
        from channels.platform_channels as pc
        where pc.platform = r.platform and pc.channel_type = r.channel_type
    )
