-- One row is one approved text and one account that has no target for it yet, or only one without a slot. An
-- announcement may have a time at which it is to be published. Parameters: window_start, window_end (dates, the end
-- exclusive).

select
    w.planned_on,
    w.organization_id,
    w.post_core_id,
    w.variation,
    w.account_id,
    w.content_id,
    w.content_hash,
    w.platform,
    w.channel_type,
    w.is_simulated,
    w.decided_at,
    p.post_kind::text,
    p.publish_at
from publishing.waiting_texts(%(window_start)s, %(window_end)s) as w
inner join content.posts_core as p on w.organization_id = p.organization_id and w.post_core_id = p.post_core_id
order by w.planned_on, w.organization_id, w.post_core_id, w.variation, w.account_id
