-- Every published text was approved exactly as it was published. One row is a published target without an approval of
-- its content hash.

select
    t.organization_id,
    t.target_id,
    t.content_id
from publishing.post_targets as t
where
    t.state = 'published'
    and t.published_at >= %(window_start)s::timestamp at time zone 'utc'
    and t.published_at < %(window_end)s::timestamp at time zone 'utc'
    and not exists (
        select
        from content.approvals as a
        where
            a.organization_id = t.organization_id
            and a.content_id = t.content_id
            and a.content_hash = t.content_hash
            and a.decision = 'approved'
    )
