-- A post has at most one canonical id: an activity id, a video id or a post id. One row is a post seen on these days
-- with several: two posts were merged by mistake, and their numbers are mixed.

select
    a.organization_id,
    a.post_id,
    string_agg(a.alias, ', ' order by a.alias) as aliases,
    count(*) as found
from scraping.post_aliases as a
inner join scraping.posts as p on a.organization_id = p.organization_id and a.post_id = p.post_id
where
    a.alias_kind in ('activity', 'video', 'post')
    and p.last_seen_at >= %(window_start)s::timestamp at time zone 'utc'
    and p.first_seen_at < %(window_end)s::timestamp at time zone 'utc'
group by a.organization_id, a.post_id
having count(*) > 1
