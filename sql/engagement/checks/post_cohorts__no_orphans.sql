-- Every value at an age, observed in these days, belongs to an existing post and age. One row is a value without its
-- post or its age: rows were deleted with constraints disabled.

select
    e.organization_id,
    e.post_id,
    e.age_name
from engagement.post_cohorts as e
where
    e.observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and e.observed_at < %(window_end)s::timestamp at time zone 'utc'
    and (
        not exists (
            select
            from scraping.posts as p
            where p.organization_id = e.organization_id and p.post_id = e.post_id
        )
        or not exists (
            select
            from engagement.cohort_ages as a
            where a.age_name = e.age_name
        )
    )
