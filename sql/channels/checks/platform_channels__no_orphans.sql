-- Every channel has an existing platform and an existing kind of publication. One row is a channel that lacks either:
-- its rules are shown nowhere.

select
    pc.platform,
    pc.channel_type
from channels.platform_channels as pc
where
    not exists (select from channels.platforms as p where p.platform = pc.platform)
    or not exists (select from channels.channel_types as t where t.channel_type = pc.channel_type)
