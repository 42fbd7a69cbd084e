-- Recounts the posts of the profiles that this load observed, and of the previous profiles of its posts.

update scraping.profiles as p set post_count = counted.post_count
from (
    select
        p.organization_id,
        p.profile_id,
        count(post.post_id) as post_count
    from scraping.profiles as p
    left join scraping.post_records as post
        on p.organization_id = post.organization_id and p.profile_id = post.profile_id
    where (p.organization_id, p.platform, p.username) in (
        select
            organization_id,
            platform,
            username
        from staged_authors
    )
    or (p.organization_id, p.profile_id) in (
        select
            organization_id,
            profile_id
        from staged_profiles_to_count
    )
    group by p.organization_id, p.profile_id
) as counted
where
    p.organization_id = counted.organization_id
    and p.profile_id = counted.profile_id
    and p.post_count <> counted.post_count;
