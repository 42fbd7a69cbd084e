-- Lets a brief that waits for a person go on, and returns the step that it waited before; no row if it does not wait.
-- Parameters: organization_id, request_id. A re-run returns nothing.

with waiting as (
    select
        organization_id,
        request_id,
        stopped_before
    from studio.content_requests
    where
        organization_id = %(organization_id)s
        and request_id = %(request_id)s
        and stopped_before is not null
    for update
)

update studio.content_requests as r
set
    stop_before = array_remove(r.stop_before, w.stopped_before),
    stopped_before = null,
    next_attempt_at = case when r.state = 'pending' then now() end
from waiting as w
where r.organization_id = w.organization_id and r.request_id = w.request_id
returning w.stopped_before::text
