-- One row is one tracked profile of an organization and platform that is to be fetched: the one with the youngest post
-- that is due comes first. It is due if one of its posts is, if it is to be asked for new posts, or if it was never
-- fetched, unless it has just failed; if only_due is false, every tracked profile is to be fetched. Parameters:
-- organization_id, platform, only_due.

with profiles as (
    select
        p.organization_id,
        p.profile_id,
        p.username,
        f.fetched_at,
        f.failed_at,
        f.newest_posted_at
    from scraping.profiles as p
    left join scraping.profile_fetches as f on p.organization_id = f.organization_id and p.profile_id = f.profile_id
    where
        p.organization_id = %(organization_id)s
        and p.platform = %(platform)s
        and p.is_tracked
        and p.is_active
),

due_posts as (
    select
        profile_id,
        max(posted_at) as youngest,
        min(posted_at) as oldest
    from scraping.sampled_posts
    where organization_id = %(organization_id)s and platform = %(platform)s and due_at <= now()
    group by profile_id
),

-- A gap that could not be closed in three fetches stays, and costs no more.
open_gaps as (
    select
        profile_id,
        min(published_after) as published_after
    from scraping.post_gaps
    where organization_id = %(organization_id)s and closed_at is null and attempts < 3
    group by profile_id
),

known_posts as (
    select
        p.profile_id,
        d.youngest,
        -- What the load knows counts until a fetch has met a post.
        coalesce(p.newest_posted_at, max(r.posted_at)) as newest_posted_at,
        least(d.oldest, g.published_after, coalesce(p.newest_posted_at, max(r.posted_at))) as reach_back_to,
        count(r.post_id) filter (where r.posted_at > now() - interval '28 days') / 28.0 as posts_a_day,
        array_agg(r.posted_at) as posted_at
    from profiles as p
    left join due_posts as d on p.profile_id = d.profile_id
    left join open_gaps as g on p.profile_id = g.profile_id
    left join scraping.post_records as r
        on p.organization_id = r.organization_id and p.profile_id = r.profile_id and r.posted_at <= now()
    group by p.profile_id, p.newest_posted_at, d.youngest, d.oldest, g.published_after
)

select
    p.profile_id,
    p.username,
    k.newest_posted_at,
    k.reach_back_to,
    (select count(*) from unnest(k.posted_at) as t (posted_at) where t.posted_at >= k.reach_back_to)::integer
    as known_posts,
    (k.posts_a_day * extract(epoch from now() - coalesce(p.fetched_at, k.newest_posted_at)) / 86400)::float8
    as expected_posts
from profiles as p
inner join known_posts as k on p.profile_id = k.profile_id
left join scraping.snapshot_intervals_in_force as n
    on p.organization_id = n.organization_id and n.younger_than_days = 0
where
    not %(only_due)s
    or (
        (
            p.fetched_at is null
            or k.youngest is not null
            -- Nine tenths, as for posts.
            or p.fetched_at + make_interval(mins => n.every_hours * 54) <= now()
        )
        -- One that has failed costs no more than one that is asked for new posts.
        and coalesce(p.failed_at + make_interval(mins => coalesce(n.every_hours, 6) * 54) <= now(), true)
    )
order by k.youngest desc nulls last, p.username asc
