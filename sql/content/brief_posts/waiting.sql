-- One row is a channel of a brief whose visual is made, and that has no text with that visual yet: neither a first
-- text, nor one of the words that it has with the newest visual. A brief that waits for a person is left alone.
-- Parameters: organization (slug; NULL for all). A re-run finds what is left.

select
    r.organization_id,
    r.request_id,
    r.title,
    r.brief as message,
    r.language,
    r.facts,
    r.keywords,
    r.content_type,
    r.audience,
    r.style,
    r.call_to_action,
    r.link_url,
    c.platform,
    c.channel_type,
    r.due_on,
    p.post_core_id,
    p.planned_on,
    newest.content_id,
    newest.state::text,
    v.media_file_id as picture_file_id,
    publishing.is_process_active(c.platform, c.channel_type, 'announcement') as is_active
from studio.content_requests as r
inner join tenancy.organizations as o on r.organization_id = o.organization_id
inner join studio.request_channels as c on r.organization_id = c.organization_id and r.request_id = c.request_id
inner join studio.generated_assets as a
    on r.organization_id = a.organization_id and r.request_id = a.request_id and a.is_newest
inner join studio.asset_variants as v
    on
        a.organization_id = v.organization_id
        and a.asset_id = v.asset_id
        and c.platform = v.platform
        and c.channel_type = v.channel_type
        and v.is_posted
left join content.posts_core as p
    on
        r.organization_id = p.organization_id
        and r.request_id = p.request_id
        and c.platform = p.platform
        and c.channel_type = p.channel_type
left join lateral (
    select
        t.content_id,
        t.state,
        t.picture_file_id
    from content.posts_content as t
    where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    order by t.version desc
    limit 1
) as newest on true
where
    r.state = 'generated'
    and r.stopped_before is null
    and coalesce(o.slug = %(organization)s, o.is_active)
    -- What was sent keeps the visual that it was sent with.
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.post_core_id = p.post_core_id
            and (t.state in ('publishing', 'published', 'needs_reconcile') or t.is_in_doubt)
    )
    and newest.picture_file_id is distinct from v.media_file_id
order by r.priority desc, r.due_on asc, r.request_id asc, c.platform asc, c.channel_type asc
