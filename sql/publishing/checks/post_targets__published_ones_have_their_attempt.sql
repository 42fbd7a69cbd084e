-- Every published target has the attempt that published it, under the same id. One row is a target that is called
-- published, and no call of it was.

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
