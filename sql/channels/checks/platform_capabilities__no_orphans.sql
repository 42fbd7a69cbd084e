-- Every capability belongs to an existing platform. One row is a capability without its platform.

select
    c.platform,
    c.capability_name
from channels.platform_capabilities as c
where not exists (select from channels.platforms as p where p.platform = c.platform)
