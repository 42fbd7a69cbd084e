-- Every channel that is written for has a hard text_length rule with a maximum. One row is a channel without it: insert
-- the rule into channels.channel_requirements, or set the channel's status to not_implemented.

select
    pc.platform,
    pc.channel_type
from channels.platform_channels as pc
inner join channels.platforms as p on pc.platform = p.platform
where
    p.status = 'active'
    and pc.status in ('active', 'beta')
    and not exists (
        select
        from channels.channel_requirements as r
        where
            r.platform = pc.platform
            and r.channel_type = pc.channel_type
            and r.requirement_category = 'content'
            and r.requirement_key = 'text_length'
            and r.severity = 'hard'
            and r.maximum is not null
            and r.is_active
    )
