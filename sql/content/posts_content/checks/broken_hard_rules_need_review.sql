-- A text that breaks a hard rule is neither in state generated nor approved: it waits for review.

select
    c.content_id,
    c.state,
    k.rule_name,
    k.reason
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
inner join content.compliance_checks as k
    on c.organization_id = k.organization_id and c.content_id = k.content_id
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and c.state in ('generated', 'approved')
    and k.severity = 'hard'
    and not k.is_passed
