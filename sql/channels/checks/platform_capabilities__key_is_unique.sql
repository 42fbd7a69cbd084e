-- A capability of a platform is said once. One row is a key that several rows have.

select
    platform,
    capability_type,
    capability_name,
    count(*) as rows_with_it
from channels.platform_capabilities
group by platform, capability_type, capability_name
having count(*) > 1
