-- A text is in state approved if and only if it has an approval of its current hash.

select
    c.content_id,
    c.state,
    a.approval_id
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
left join content.approvals as a
    on c.organization_id = a.organization_id and c.content_id = a.content_id and a.decision = 'approved'
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and (c.state = 'approved') is distinct from coalesce(a.content_hash = c.content_hash, false)
