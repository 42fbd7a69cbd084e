-- Unschedules targets whose text lost its approval: they go back to draft and release their slots. Once the text is
-- approved again, they are planned again. A re-run finds nothing to do.

update publishing.post_targets
set
    state = 'draft',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = 'Its text is no longer approved: approve it again, or approve the version that replaces it.'
where
    state in ('ready', 'scheduled')
    and not publishing.is_approved(organization_id, content_id, content_hash)
