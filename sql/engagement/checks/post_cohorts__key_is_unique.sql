-- A post has one row per age, across all organizations. One row is a post id, observed in these days, with several rows
-- at an age: two organizations use the id, or the primary key's index is corrupt.

select
    post_id,
    age_name,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from engagement.post_cohorts
where
    observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and observed_at < %(window_end)s::timestamp at time zone 'utc'
group by post_id, age_name
having count(*) > 1
