-- Every post is found by its own id: its urn is among its aliases. One row is a post met in these days that is not;
-- the next file that names it would make a second post. Materialize the day again.

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
