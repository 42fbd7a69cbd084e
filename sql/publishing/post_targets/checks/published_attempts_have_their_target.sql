-- Every published attempt belongs to a published target with the same post id, and is its only one. One row is an
-- attempt whose post the target does not have, so the platform may have it twice: look at the account and delete one
-- post there.

select
    a.organization_id,
    a.target_id,
    a.attempt_number,
    a.platform_post_id
from publishing.publish_attempts as a
inner join publishing.post_targets as t on a.organization_id = t.organization_id and a.target_id = t.target_id
where
    a.outcome = 'published'
    and a.started_at >= %(window_start)s::timestamp at time zone 'utc'
    and a.started_at < %(window_end)s::timestamp at time zone 'utc'
    and (t.state <> 'published' or t.platform_post_id <> a.platform_post_id)
