-- Every alias first seen in these days belongs to a post. One row is an alias of a post that does not exist: rows were
-- deleted past the constraints.

select
    a.organization_id,
    a.platform,
    a.alias_kind,
    a.alias,
    a.post_id
from scraping.post_aliases as a
where
    a.first_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and a.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
    and not exists (
        select
        from scraping.posts as p
        where p.organization_id = a.organization_id and p.post_id = a.post_id
    )
