-- Ends the lease of a brief whose visual is made, and returns the version that the visual gets; no row if the lease
-- went to another run, which then stores its own. Parameters: organization_id, request_id, lease_id, note (what people
-- should know, such as why it has no photo; NULL for nothing). A re-run returns nothing.

with ended as (
    update studio.content_requests
    set
        state = 'generated',
        stopped_before = case when 'texts' = any(stop_before) then 'texts' end::studio.manual_step,
        lease_id = null,
        leased_until = null,
        reason = %(note)s
    where
        organization_id = %(organization_id)s
        and request_id = %(request_id)s
        and state = 'processing'
        and lease_id = %(lease_id)s::uuid
    returning organization_id, request_id
),

former as (
    update studio.generated_assets as a
    set is_newest = false
    from ended as e
    where a.organization_id = e.organization_id and a.request_id = e.request_id and a.is_newest
    returning a.organization_id, a.request_id, a.version
)

select
    e.organization_id,
    coalesce((select max(f.version) from former as f), 0) + 1 as version
from ended as e
