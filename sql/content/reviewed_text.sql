-- One row is one text with its post, for a reviewer. is_sent: the text was published, or may have been.
-- Parameters: content_id.

select
    c.organization_id,
    c.content_id,
    c.post_core_id,
    c.state::text,
    p.platform,
    p.channel_type,
    p.planned_on,
    p.post_kind::text,
    c.variation,
    coalesce(selection.variations_by, 'content')::text as variations_by,
    c.version,
    newest.version as newest_version,
    c.generator,
    c.model,
    c.created_by,
    c.attempts,
    c.content_hash,
    coalesce(sent.is_sent, false) as is_sent,
    c.text_content,
    c.hashtags,
    c.call_to_action,
    c.alt_text,
    c.link_url,
    c.image_url,
    c.picture_file_id,
    p.request_id,
    content.event_line(e) as event,
    c.language
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
left join content.events as e on p.organization_id = e.organization_id and p.event_id = e.event_id
left join content.product_selections as selection
    on p.organization_id = selection.organization_id and p.selection_id = selection.selection_id
inner join lateral (
    select max(n.version) as version
    from content.posts_content as n
    where n.organization_id = c.organization_id and n.post_core_id = c.post_core_id and n.variation = c.variation
) as newest on true
left join lateral (
    select true as is_sent
    from publishing.post_targets as t
    where
        t.organization_id = c.organization_id
        and t.content_id = c.content_id
        and (t.state in ('publishing', 'published', 'needs_reconcile') or t.is_in_doubt)
    limit 1
) as sent on true
where c.content_id = %(content_id)s
