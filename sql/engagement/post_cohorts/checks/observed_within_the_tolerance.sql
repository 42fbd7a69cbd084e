-- The value at an age was observed not later than that age, and within the tolerance before it. One row is a value of
-- these days outside of the tolerance, or of a post whose publication time has changed: posts would be compared at
-- unequal ages. Materialize engagement for a day on which the post was observed.

select
    e.organization_id,
    e.post_id,
    e.age_name,
    p.posted_at + a.age - a.tolerance as expected_from,
    p.posted_at + a.age as expected_to,
    e.observed_at as found
from engagement.post_cohorts as e
inner join engagement.cohort_ages as a on e.age_name = a.age_name
inner join scraping.posts as p on e.organization_id = p.organization_id and e.post_id = p.post_id
where
    e.observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and e.observed_at < %(window_end)s::timestamp at time zone 'utc'
    and (
        e.posted_at is distinct from p.posted_at
        or (e.observed_at between p.posted_at + a.age - a.tolerance and p.posted_at + a.age) is not true
    )
