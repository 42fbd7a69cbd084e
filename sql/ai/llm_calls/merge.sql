-- One row is one request to a language model, with its answer or its error. Its usage and cost are one row of
-- operations.api_usage, which was reserved before the request and is settled here. The cost is NULL if the price of the
-- day or the usage of the request is unknown.
-- Parameters: call (JSON). A call is settled once: writing it again changes nothing.

with call as (
    select c.*
    from jsonb_to_record(%(call)s::jsonb) as c (
        organization_id text,
        usage_id text,
        post_core_id text,
        variation integer,
        post_ids text[],
        attempt integer,
        model text,
        prompt text,
        response text,
        error_message text,
        called_at timestamptz,
        latency_ms integer,
        input_tokens bigint,
        cached_input_tokens bigint,
        output_tokens bigint,
        reasoning_tokens bigint,
        cost numeric(14, 8),
        expected_cost numeric(14, 8),
        currency text,
        price_version integer
    )
),

settled as (
    update operations.api_usage as u
    set
        latency_ms = c.latency_ms,
        input_tokens = c.input_tokens,
        cached_input_tokens = c.cached_input_tokens,
        output_tokens = c.output_tokens,
        reasoning_tokens = c.reasoning_tokens,
        cost = c.cost,
        expected_cost = c.expected_cost,
        currency = c.currency,
        price_version = c.price_version,
        is_successful = c.error_message is null
    from call as c
    where u.organization_id = c.organization_id and u.usage_id = c.usage_id and u.is_successful is null
    returning u.usage_id
)

insert into ai.llm_calls (
    organization_id, post_core_id, variation, post_ids, attempt, model, prompt, response, error_message, usage_id,
    called_at
)
select
    c.organization_id,
    c.post_core_id,
    c.variation,
    c.post_ids,
    c.attempt,
    c.model,
    c.prompt,
    c.response,
    c.error_message,
    c.usage_id,
    c.called_at
from call as c
inner join settled as s on c.usage_id = s.usage_id;
