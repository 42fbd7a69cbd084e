-- The approved texts of some days, each with every account that has no place for it in its queue yet, or one that waits
-- for a slot. Parameters: window_start, window_end (dates, the end exclusive).

select
    planned_on,
    organization_id,
    post_core_id,
    variation,
    account_id,
    content_id,
    content_hash,
    platform,
    channel_type,
    is_simulated,
    decided_at
from publishing.waiting_texts(%(window_start)s, %(window_end)s)
order by planned_on, organization_id, post_core_id, variation, account_id
