-- The urn of every post is one of its aliases, so that loads find the post by it. One row is a post seen on these days
-- without such an alias: the next file with this id would create a duplicate post. Materialize the day again.

select
    p.organization_id,
    p.post_id,
    p.platform,
    p.urn_kind,
    p.urn
from scraping.posts as p
where
    p.last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and p.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
    and not exists (
        select
        from scraping.post_aliases as a
        where
            a.organization_id = p.organization_id
            and a.platform = p.platform
            and a.alias_kind = p.urn_kind
            and a.alias = p.urn
            and a.post_id = p.post_id
    )
