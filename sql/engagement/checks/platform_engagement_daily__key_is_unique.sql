-- A platform has one row per organization and day. One row is a platform with several on a day: the primary key is
-- missing or its index is corrupt. Rebuild it (reindex table engagement.platform_engagement_daily).

select
    organization_id,
    platform,
    activity_date,
    count(*) as found
from engagement.platform_engagement_daily
where activity_date >= %(window_start)s::date and activity_date < %(window_end)s::date
group by organization_id, platform, activity_date
having count(*) > 1
