-- Moves a brief that a person decides about: back into the queue, or out of it. A trigger rejects illegal steps.
-- Parameters: organization_id, request_id, state (pending or archived), reason, corrections and variant_fields (JSON;
-- NULL for those it has), keeps_photo (whether the next visual shows the photo of the newest one).

update studio.content_requests as r
set
    state = %(state)s::studio.request_state,
    stopped_before = null,
    next_attempt_at = case when %(state)s = 'pending' then now() end,
    attempts = 0,
    lease_id = null,
    leased_until = null,
    reason = %(reason)s,
    corrections = coalesce(%(corrections)s::studio.correction[], r.corrections),
    variant_fields = coalesce(%(variant_fields)s::jsonb, r.variant_fields),
    stock_image_id = case
        when %(keeps_photo)s
            then coalesce(
                r.stock_image_id,
                (
                    select a.stock_image_id
                    from studio.generated_assets as a
                    where a.organization_id = r.organization_id and a.request_id = r.request_id and a.is_newest
                )
            )
        else r.stock_image_id
    end
where r.organization_id = %(organization_id)s and r.request_id = %(request_id)s
returning r.state::text
