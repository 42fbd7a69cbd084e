-- No account publishes the same words twice within the channel's rule near_duplicate_days (90 by default), and never
-- two versions of one text. Variations that differ only in timing share their words: each is published once. One row is
-- a repeated post: look at the account and delete one of its two posts there.

select
    t.organization_id,
    t.target_id,
    t.account_id,
    t.platform_post_id,
    other.target_id as published_before
from publishing.post_targets as t
left join content.posts_core as post
    on t.organization_id = post.organization_id and t.post_core_id = post.post_core_id
left join content.product_selections as s
    on post.organization_id = s.organization_id and post.selection_id = s.selection_id
inner join publishing.post_targets as other
    on
        t.organization_id = other.organization_id
        and t.account_id = other.account_id
        and t.channel_type = other.channel_type
        and t.target_id <> other.target_id
        and (t.content_hash = other.content_hash or t.post_core_id = other.post_core_id)
left join content.posts_core as other_post
    on other.organization_id = other_post.organization_id and other.post_core_id = other_post.post_core_id
left join channels.channel_requirements as r
    on
        t.platform = r.platform
        and t.channel_type = r.channel_type
        and r.requirement_category = 'content'
        and r.requirement_key = 'near_duplicate_days'
        and r.is_active
        and r.value_type = 'number'
where
    t.state = 'published'
    and other.state = 'published'
    and t.published_at >= %(window_start)s::timestamp at time zone 'utc'
    and t.published_at < %(window_end)s::timestamp at time zone 'utc'
    and (other.published_at, other.target_id) < (t.published_at, t.target_id)
    and (
        (t.post_core_id = other.post_core_id and t.variation = other.variation)
        or (
            t.content_hash = other.content_hash
            and (t.post_core_id <> other.post_core_id or s.variations_by is distinct from 'timing')
            and coalesce(abs(post.planned_on - other_post.planned_on), 0)
            < coalesce((r.value #>> '{}')::numeric, r.maximum, 90)
        )
    )
