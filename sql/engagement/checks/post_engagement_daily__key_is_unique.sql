-- A post has one row per day, across all organizations. One row is a post id with several rows on a day: two
-- organizations use the id, or the primary key's index is corrupt.

select
    post_id,
    activity_date,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from engagement.post_engagement_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
group by post_id, activity_date
having count(*) > 1
