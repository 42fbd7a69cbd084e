-- Takes out of the queue what may not be sent any more: a target whose text lost its approval goes back to draft and
-- gives its slot away. It is planned again when the text is approved again. A re-run finds nothing to do.

update publishing.post_targets
set
    state = 'draft',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = 'Its text is not approved any more: approve it again, or approve the version that replaces it.'
where
    state in ('ready', 'scheduled')
    and not publishing.is_approved(organization_id, content_id, content_hash)
