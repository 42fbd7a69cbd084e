-- One row is one text of these days that nobody has decided on. Parameters: window_start, window_end (dates, the end
-- exclusive).

select
    p.organization_id,
    p.platform,
    p.channel_type,
    p.post_kind::text,
    c.content_id
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and c.state = 'generated'
order by p.organization_id, c.content_id
