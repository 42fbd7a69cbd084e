-- Every channel names a platform and a kind of publication that are there. One row is a channel that does not: its
-- rules would be shown nowhere.

select
    pc.platform,
    pc.channel_type
from channels.platform_channels as pc
where
    not exists (select from channels.platforms as p where p.platform = pc.platform)
    or not exists (select from channels.channel_types as t where t.channel_type = pc.channel_type)
