-- Lets a brief wait for a person before its pictures are drawn, with the photo that was chosen for it. A brief whose
-- lease went to another run is left alone, and so is a re-run. Parameters: organization_id, request_id, lease_id,
-- stock_image_id (NULL for none), reason (what people should know; NULL for nothing).

update studio.content_requests
set
    state = 'pending',
    stopped_before = 'pictures',
    next_attempt_at = now(),
    lease_id = null,
    leased_until = null,
    attempts = 0,
    stock_image_id = coalesce(%(stock_image_id)s, stock_image_id),
    reason = %(reason)s
where
    organization_id = %(organization_id)s
    and request_id = %(request_id)s
    and state = 'processing'
    and lease_id = %(lease_id)s::uuid
