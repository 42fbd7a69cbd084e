-- No two targets published the same text in the same slot of an account, nor two versions of the same text. One row is
-- one that went out again: look at the account, and delete one of its posts there.

select
    t.organization_id,
    t.target_id,
    t.account_id,
    t.platform_post_id,
    other.target_id as published_before
from publishing.post_targets as t
inner join publishing.post_targets as other
    on
        t.organization_id = other.organization_id
        and t.account_id = other.account_id
        and t.channel_type = other.channel_type
        and t.target_id <> other.target_id
        and (
            (t.content_hash = other.content_hash and t.scheduled_at = other.scheduled_at)
            or (t.post_core_id = other.post_core_id and t.variation = other.variation)
        )
where
    t.state = 'published'
    and other.state = 'published'
    and t.published_at >= %(window_start)s::timestamp at time zone 'utc'
    and t.published_at < %(window_end)s::timestamp at time zone 'utc'
    and (other.published_at, other.target_id) < (t.published_at, t.target_id)
