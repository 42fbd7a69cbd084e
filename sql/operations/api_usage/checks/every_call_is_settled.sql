-- Every call that was reserved is settled within an hour. One row is a call whose process died before its answer was
-- recorded: budgets keep counting the reserved cost, which may be more than the call has cost.

select
    usage_id,
    provider,
    model,
    used_at,
    expected_cost
from operations.api_usage
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and used_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and used_at < %(window_end)s::date::timestamp at time zone 'utc'
    and used_at < now() - interval '1 hour'
    and is_successful is null
