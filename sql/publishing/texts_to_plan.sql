-- One row is one approved text and one account that has no target for it yet, or only one without a slot. Parameters:
-- window_start, window_end (dates, the end exclusive).

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
