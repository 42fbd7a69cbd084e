-- Unschedules targets whose text lost its approval, or whose picture may no longer be published: they go back to draft
-- and release their slots. Once the text is approved again, they are planned again. A re-run finds nothing to do.

update publishing.post_targets as t
set
    state = 'draft',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = case
        when publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
            then publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content)
        else 'Its text is no longer approved: approve it again, or approve the version that replaces it.'
    end
from content.posts_content as c
where
    t.organization_id = c.organization_id
    and t.content_id = c.content_id
    and t.state in ('ready', 'scheduled')
    and (
        not publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
        or (
            c.picture_file_id is not null
            and publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content) is not null
        )
    )
