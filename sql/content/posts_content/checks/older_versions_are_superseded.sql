-- A text is in state superseded if and only if a newer version of its variation exists.

select
    c.content_id,
    c.version,
    c.state
from (
    select
        c.content_id,
        c.version,
        c.state,
        max(c.version) over (partition by c.organization_id, c.post_core_id, c.variation) as newest_version
    from content.posts_core as p
    inner join content.posts_content as c
        on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
    where p.planned_on >= %(window_start)s::date and p.planned_on < %(window_end)s::date
) as c
where (c.version < c.newest_version) <> (c.state = 'superseded')
