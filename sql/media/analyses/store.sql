-- Keeps what attempts found or why they found nothing. Reads attempted_analyses, a temporary table with a row for each.
-- Parameters: lease_id, moment. A result whose lease went to another run changes nothing, and neither does a re-run.

update media.analyses as a
set
    state = r.state,
    is_newest = r.state = 'completed',
    state_since = %(moment)s::timestamptz,
    next_attempt_at = r.next_attempt_at,
    lease_id = null,
    leased_until = null,
    attempts = a.attempts - case when r.counts then 0 else 1 end,
    reason = r.reason,
    text_in_picture = r.text_in_picture,
    text_language = r.text_language,
    colours = r.colours,
    description = r.description,
    objects = r.objects,
    safety = r.safety,
    safety_reason = r.safety_reason,
    alt_text = r.alt_text,
    confidence = r.confidence,
    usage_id = coalesce(r.usage_id, a.usage_id),
    latency_ms = coalesce(r.latency_ms, a.latency_ms),
    input_tokens = case
        when num_nonnulls(a.input_tokens, r.input_tokens) > 0
            then coalesce(a.input_tokens, 0) + coalesce(r.input_tokens, 0)
    end,
    output_tokens = case
        when num_nonnulls(a.output_tokens, r.output_tokens) > 0
            then coalesce(a.output_tokens, 0) + coalesce(r.output_tokens, 0)
    end,
    -- Amounts in two currencies have no sum: then it is the newest one.
    cost = case
        when r.cost is null then a.cost
        when a.currency is distinct from r.currency then r.cost
        else coalesce(a.cost, 0) + r.cost
    end,
    currency = case when r.cost is null then a.currency else r.currency end
from attempted_analyses as r
where
    a.organization_id = r.organization_id
    and a.analysis_id = r.analysis_id
    and a.state = 'analyzing'
    and a.lease_id = %(lease_id)s::uuid
