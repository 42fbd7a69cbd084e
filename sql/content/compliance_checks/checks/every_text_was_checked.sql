-- Every text was checked against the rules.

select
    c.content_id,
    c.state
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and not exists (
        select
        from content.compliance_checks as k
        where k.organization_id = c.organization_id and k.content_id = c.content_id
    )
