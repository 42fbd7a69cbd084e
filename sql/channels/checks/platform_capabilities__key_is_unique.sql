-- Every capability of a platform is one row. One row is a key that several rows share.

select
    platform,
    capability_type,
    capability_name,
    count(*) as row_count
from channels.platform_capabilities
group by platform, capability_type, capability_name
having count(*) > 1
