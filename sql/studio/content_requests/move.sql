-- Moves a brief that a person decides about: back into the queue, or out of it. A trigger rejects illegal steps.
-- Parameters: organization_id, request_id, state (pending or archived), reason, corrections (NULL for those it has).

update studio.content_requests
set
    state = %(state)s::studio.request_state,
    next_attempt_at = case when %(state)s = 'pending' then now() end,
    attempts = 0,
    lease_id = null,
    leased_until = null,
    reason = %(reason)s,
    corrections = coalesce(%(corrections)s::studio.correction[], corrections)
where organization_id = %(organization_id)s and request_id = %(request_id)s
returning state::text
