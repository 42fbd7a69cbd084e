-- Unschedules targets whose text lost its approval, whose picture may no longer be published, or whose event is
-- cancelled or will be over by then: they go back to draft and release their slots. Once that has changed, they are
-- planned again. A re-run finds nothing to do.

update publishing.post_targets as t
set
    state = 'draft',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = case
        when publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
            then coalesce(
                publishing.event_problem(t.organization_id, t.post_core_id, t.scheduled_at),
                publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content)
            )
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
        or publishing.event_problem(t.organization_id, t.post_core_id, t.scheduled_at) is not null
    )
