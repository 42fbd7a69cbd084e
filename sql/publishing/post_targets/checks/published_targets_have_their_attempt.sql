-- Every published target has a published attempt with the same post id. One row is a target that is marked as published
-- although none of its calls published it.

select
    t.organization_id,
    t.target_id,
    t.platform_post_id
from publishing.post_targets as t
where
    t.state = 'published'
    and t.published_at >= %(window_start)s::timestamp at time zone 'utc'
    and t.published_at < %(window_end)s::timestamp at time zone 'utc'
    and not exists (
        select
        from publishing.publish_attempts as a
        where
            a.organization_id = t.organization_id
            and a.target_id = t.target_id
            and a.outcome = 'published'
            and a.platform_post_id = t.platform_post_id
    )
