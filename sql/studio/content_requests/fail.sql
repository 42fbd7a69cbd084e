-- Keeps why an attempt made nothing: the brief waits, or is parked without next_attempt_at. A brief whose lease went to
-- another run is left alone, and so is a re-run.
-- Parameters: organization_id, request_id, lease_id, next_attempt_at (NULL to park), reason.

update studio.content_requests
set
    state = case when %(next_attempt_at)s::timestamptz is null then 'failed' else 'pending' end::studio.request_state,
    next_attempt_at = %(next_attempt_at)s::timestamptz,
    lease_id = null,
    leased_until = null,
    reason = %(reason)s
where
    organization_id = %(organization_id)s
    and request_id = %(request_id)s
    and state = 'processing'
    and lease_id = %(lease_id)s::uuid
