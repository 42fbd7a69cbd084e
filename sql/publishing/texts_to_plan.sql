-- One row is one approved text and one account that has no target for it yet, or only one without a slot. An
-- announcement may have a time at which it is to be published, and one about an event is published before its end, and
-- not at all once it is cancelled. Parameters: window_start, window_end (dates, the end
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
    p.publish_at,
    e.ends_at as publish_before,
    c.picture_file_id is not null as has_own_picture,
    publishing.publisher_of(a.publisher, w.platform, w.channel_type, p.post_kind::text) as publisher
from publishing.waiting_texts(%(window_start)s, %(window_end)s) as w
inner join content.posts_core as p on w.organization_id = p.organization_id and w.post_core_id = p.post_core_id
inner join content.posts_content as c on w.organization_id = c.organization_id and w.content_id = c.content_id
inner join channels.social_accounts as a on w.organization_id = a.organization_id and w.account_id = a.account_id
left join content.events as e on p.organization_id = e.organization_id and p.event_id = e.event_id
-- Triggers refuse what this leaves out.
where
    (
        c.picture_file_id is null
        or publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content) is null
    )
    and e.state is distinct from 'cancelled'
order by w.planned_on, w.organization_id, w.post_core_id, w.variation, w.account_id
