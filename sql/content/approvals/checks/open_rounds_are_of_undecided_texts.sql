-- An open round is about a text that nobody has decided on, at the hash that the text has.

select
    r.round_id,
    r.subject_id,
    c.state
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
inner join approval.rounds as r
    on c.organization_id = r.organization_id and c.content_id = r.subject_id and r.ended_at is null
where
    p.planned_on >= %(window_start)s::date
    and p.planned_on < %(window_end)s::date
    and (c.state not in ('generated', 'needs_review') or c.content_hash <> r.content_hash)
