-- A profile has one row per day, across all organizations. One row is a profile id with several: two organizations use
-- the id, or the primary key's index is corrupt.

select
    profile_id,
    activity_date,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from engagement.profile_engagement_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
group by profile_id, activity_date
having count(*) > 1
