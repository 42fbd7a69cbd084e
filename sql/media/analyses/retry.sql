-- Lets parked or rejected analyses wait for a new attempt. Parameters: organization_id, analyzer (or NULL), state. A
-- re-run changes nothing: what waits is in another state.

update media.analyses
set
    state = 'pending',
    state_since = now(),
    next_attempt_at = now(),
    attempts = 0
where
    organization_id = %(organization_id)s
    and (%(analyzer)s::text is null or analyzer = %(analyzer)s)
    and state = %(state)s::media.analysis_state
