-- The value at an age is the last observation before that age. One row is a post with an observation in these days that
-- is nearer to an age than the stored one. Materialize engagement for that day again.

select
    d.organization_id,
    d.post_id,
    a.age_name,
    max(d.downloaded_at) as expected,
    max(e.observed_at) as found
from scraping.data_downloads as d
inner join scraping.posts as p on d.organization_id = p.organization_id and d.post_id = p.post_id
inner join engagement.cohort_ages as a
    on d.downloaded_at between p.posted_at + a.age - a.tolerance and p.posted_at + a.age
left join engagement.post_cohorts as e
    on d.organization_id = e.organization_id and d.post_id = e.post_id and a.age_name = e.age_name
where
    d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    and (e.observed_at >= d.downloaded_at) is not true
group by d.organization_id, d.post_id, a.age_name
