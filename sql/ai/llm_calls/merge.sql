-- One row is one request to a language model, with its answer or its error. Its usage and cost are one row of
-- operations.api_usage. The cost is NULL if the price of the day or the usage of the request is unknown.
-- Parameters: calls (JSON). Every call is written once: a re-run of a day makes new calls.

with calls as (
    select
        c.*,
        tenancy.public_id('use', nextval('operations.usage_id_sequence')) as usage_id
    from jsonb_to_recordset(%(calls)s::jsonb) as c (
        organization_id text,
        post_core_id text,
        variation integer,
        attempt integer,
        provider text,
        model text,
        prompt text,
        response text,
        error_message text,
        called_at timestamptz,
        latency_ms integer,
        input_tokens bigint,
        cached_input_tokens bigint,
        output_tokens bigint,
        cost numeric(14, 8),
        expected_cost numeric(14, 8),
        currency text,
        price_version integer
    )
),

inserted_usage as (
    insert into operations.api_usage (
        organization_id, usage_id, provider, operation, model, used_at, latency_ms, input_tokens, cached_input_tokens,
        output_tokens, cost, expected_cost, currency, price_version, is_successful
    )
    select
        organization_id,
        usage_id,
        provider,
        'write_post',
        model,
        called_at,
        latency_ms,
        input_tokens,
        cached_input_tokens,
        output_tokens,
        cost,
        expected_cost,
        currency,
        price_version,
        error_message is null
    from calls
    returning usage_id
),

inserted_calls as (
    insert into ai.llm_calls (
        organization_id, post_core_id, variation, attempt, model, prompt, response, error_message, usage_id, called_at
    )
    select
        organization_id,
        post_core_id,
        variation,
        attempt,
        model,
        prompt,
        response,
        error_message,
        usage_id,
        called_at
    from calls
    returning call_id
)

select
    (select count(*) from inserted_usage) as usage_rows,
    (select count(*) from inserted_calls) as call_rows;
