-- A text that waits for people has an open round, so that it is in their inboxes. One without follows a workflow that
-- has nobody to decide: name approvers with `syndication approval step edit`; the next run begins its round.

select
    c.content_id,
    p.platform,
    p.channel_type
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and c.state = 'needs_review'
    and not exists (
        select from approval.rounds as r
        where r.organization_id = c.organization_id and r.subject_id = c.content_id and r.ended_at is null
    )
