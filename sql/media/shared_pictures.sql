-- Pictures of posts that an earlier post has shown before: the same file, or one that looks like it. One row is one
-- picture of the later post with the first post that has it. Parameters: organization (slug, or NULL), since (first UTC
-- day on which the later post was observed, or NULL), post (id of the later one, or NULL), maximum. It changes nothing.

with pairs as (
    select
        o.slug as organization,
        p.post_id,
        coalesce(l.posted_at, l.first_seen_at) as posted_at,
        l.author_username,
        p.media_id,
        p.media_file_id,
        p.other_post_id as first_post_id,
        coalesce(e.posted_at, e.first_seen_at) as first_posted_at,
        e.author_username as first_author_username,
        p.differing_bits
    from media.picture_posts as p
    inner join tenancy.organizations as o on p.organization_id = o.organization_id
    inner join scraping.post_records as l on p.organization_id = l.organization_id and p.post_id = l.post_id
    inner join scraping.post_records as e on p.organization_id = e.organization_id and p.other_post_id = e.post_id
    where
        (%(organization)s::text is null or o.slug = %(organization)s)
        and (%(post)s::text is null or p.post_id = %(post)s)
        and (%(since)s::date is null or l.first_seen_at >= %(since)s::date::timestamp at time zone 'utc')
        and (coalesce(e.posted_at, e.first_seen_at), e.post_id)
        < (coalesce(l.posted_at, l.first_seen_at), l.post_id)
),

counted as (
    select
        organization,
        media_id,
        count(distinct first_post_id) as earlier_posts
    from pairs
    group by organization, media_id
),

firsts as (
    select distinct on (organization, media_id) *
    from pairs
    order by organization, media_id, first_posted_at, first_post_id, differing_bits
)

select
    f.*,
    c.earlier_posts
from firsts as f
inner join counted as c on f.organization = c.organization and f.media_id = c.media_id
order by f.posted_at desc, f.organization asc, f.media_id asc
limit %(maximum)s
