-- The author and the reposted post of every post are there. One row is a post met in these days that points at a
-- profile or a post that does not exist: rows were deleted past the constraints.

select
    p.organization_id,
    p.post_id,
    p.profile_id,
    p.reposted_post_id
from scraping.posts as p
where
    p.last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and p.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
    and (
        (
            p.profile_id is not null
            and not exists (
                select
                from scraping.profiles as f
                where f.organization_id = p.organization_id and f.profile_id = p.profile_id
            )
        )
        or (
            p.reposted_post_id is not null
            and not exists (
                select
                from scraping.posts as original
                where original.organization_id = p.organization_id and original.post_id = p.reposted_post_id
            )
        )
    )
