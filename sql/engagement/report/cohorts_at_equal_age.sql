-- One row is the posts that one platform published in one ISO week, at one age: posts compared at equal age.
-- Parameters: last_day (date, included), weeks (how many weeks of publication, that of last_day included).
--
-- `posts_published` were seen by the end of last_day, `posts_of_age` had reached the age by then, and `posts_measured`
-- were observed at that age; the median is over the latter, and NULL if there are none. Later observations change
-- nothing. Reads as syndication_reader with app.organization_id set; changes nothing.

select
    p.platform,
    date_trunc('week', p.posted_at at time zone 'utc')::date as published_week,
    a.age_name,
    a.age,
    count(*)::integer as posts_published,
    (count(*) filter (where is_of_age))::integer as posts_of_age,
    (count(c.engagement) filter (where is_of_age))::integer as posts_measured,
    percentile_cont(0.5) within group (order by c.engagement) filter (where is_of_age) as median_engagement
from scraping.posts as p
inner join engagement.post_cohorts as c on p.organization_id = c.organization_id and p.post_id = c.post_id
inner join engagement.cohort_ages as a on c.age_name = a.age_name
cross join lateral (
    select p.posted_at + a.age < (%(last_day)s::date + 1)::timestamp at time zone 'utc' as is_of_age
) as f
where
    p.posted_at >= (date_trunc('week', %(last_day)s::date::timestamp) - make_interval(weeks => %(weeks)s - 1))
    at time zone 'utc'
    and p.posted_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
    and p.first_seen_at < (%(last_day)s::date + 1)::timestamp at time zone 'utc'
group by 1, 2, 3, 4
order by p.platform asc, published_week desc, a.age asc;
