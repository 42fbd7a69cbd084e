-- The post_count of a profile is the number of its posts. One row is a profile with another number. The next load that
-- observes the profile counts again.

select
    p.organization_id,
    p.profile_id,
    p.username,
    coalesce(counted.posts, 0) as expected,
    p.post_count as found
from scraping.profiles as p
left join (
    select
        organization_id,
        profile_id,
        count(*) as posts
    from scraping.posts
    where profile_id is not null
    group by organization_id, profile_id
) as counted on p.organization_id = counted.organization_id and p.profile_id = counted.profile_id
where p.post_count <> coalesce(counted.posts, 0)
