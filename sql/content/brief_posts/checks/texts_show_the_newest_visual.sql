-- A text that waits for a decision, or is approved, shows the newest visual of its brief. One row is a text of a brief
-- in review, or approved, that shows another picture and is not sent: run `syndication brief make`.

select
    p.organization_id,
    p.request_id,
    p.content_id,
    p.picture_file_id,
    v.media_file_id as newest_picture
from content.brief_posts as p
inner join studio.content_requests as r on p.organization_id = r.organization_id and p.request_id = r.request_id
inner join studio.generated_assets as a
    on r.organization_id = a.organization_id and r.request_id = a.request_id and a.is_newest
inner join studio.asset_variants as v
    on
        a.organization_id = v.organization_id
        and a.asset_id = v.asset_id
        and p.platform = v.platform
        and p.channel_type = v.channel_type
        and v.is_posted
where
    r.state in ('review', 'approved')
    and p.state in ('generated', 'needs_review', 'approved')
    and p.picture_file_id is distinct from v.media_file_id
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.content_id = p.content_id
            and (t.state in ('publishing', 'published', 'needs_reconcile') or t.is_in_doubt)
    )
