-- Texts wait for review. One row is an organization whose oldest undecided text waits for more hours than the
-- threshold; value is that number of hours. Texts for past days are left out. Parameter: threshold.

select
    c.organization_id,
    'texts' as subject,
    min(c.created_at) as since,
    round(extract(epoch from now() - min(c.created_at)) / 3600, 1) as value,
    format(
        '%%s texts wait for review, the oldest since %%s UTC. `syndication review list` shows them.',
        count(*), to_char(min(c.created_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
where c.state in ('generated', 'needs_review') and p.planned_on >= (now() at time zone 'utc')::date
group by c.organization_id
having min(c.created_at) <= now() - make_interval(secs => %(threshold)s::float8 * 3600)
