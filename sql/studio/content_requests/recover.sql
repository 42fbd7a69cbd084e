-- Ends the leases of runs that died: the brief waits again, or is parked if its runs died `most_attempts` times.
-- Parameters: most_attempts, moment. A re-run changes nothing.

update studio.content_requests as r
set
    state = case when r.attempts >= %(most_attempts)s then 'failed' else 'pending' end::studio.request_state,
    next_attempt_at = case when r.attempts < %(most_attempts)s then %(moment)s::timestamptz end,
    lease_id = null,
    leased_until = null,
    reason = 'the run that made it ended before it had a result, in attempt ' || r.attempts
where r.state = 'processing' and r.leased_until < %(moment)s
