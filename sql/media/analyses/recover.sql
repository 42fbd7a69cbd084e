-- Ends the leases of runs that died: the picture waits again, or is parked if its runs died `most_attempts` times.
-- Parameters: organization_id, analyzer, most_attempts, moment. A re-run changes nothing.

update media.analyses as a
set
    state = case when a.attempts >= %(most_attempts)s then 'failed' else 'pending' end::media.analysis_state,
    state_since = %(moment)s::timestamptz,
    next_attempt_at = case when a.attempts < %(most_attempts)s then %(moment)s::timestamptz end,
    lease_id = null,
    leased_until = null,
    reason = 'the run that analysed it ended before it had a result, in attempt ' || a.attempts
where
    a.organization_id = %(organization_id)s
    and a.analyzer = %(analyzer)s
    and a.state = 'analyzing'
    and a.leased_until < %(moment)s
