-- A post id is unique across organizations. One row is a post seen on these days whose id another organization uses
-- too: the id sequence was reset, or rows were copied by hand.

select
    p.organization_id,
    p.post_id,
    other.organization_id as other_organization_id
from scraping.posts as p
inner join tenancy.organizations as o on p.organization_id <> o.organization_id
inner join scraping.posts as other on o.organization_id = other.organization_id and p.post_id = other.post_id
where
    p.last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and p.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
