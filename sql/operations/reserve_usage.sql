-- Reserves the cost of paid calls before they are made: one row of operations.api_usage a call, whose expected cost
-- counts toward the budgets until the call is settled. Returns the ids, in the order of the calls.
-- Parameters: reservations (JSON, with their position). Every call is reserved once: a repeated run makes other calls.

with reservations as materialized (
    select
        r.*,
        tenancy.public_id('use', nextval('operations.usage_id_sequence')) as usage_id
    from jsonb_to_recordset(%(reservations)s::jsonb) as r (
        position integer,
        organization_id text,
        provider text,
        operation text,
        model text,
        used_at timestamptz,
        expected_cost numeric(14, 8),
        currency text,
        price_version integer
    )
),

inserted as (
    insert into operations.api_usage (
        organization_id, usage_id, provider, operation, model, used_at, expected_cost, currency, price_version
    )
    select
        organization_id,
        usage_id,
        provider,
        operation,
        model,
        used_at,
        expected_cost,
        currency,
        price_version
    from reservations
)

select usage_id
from reservations
order by position;
