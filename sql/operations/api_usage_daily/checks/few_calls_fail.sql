-- At most half of the calls of each operation fail on a day with twenty calls or more. One row is an operation that
-- failed more often: its provider has changed, or rejects what we send.

select
    organization_id,
    activity_date,
    provider,
    operation,
    calls,
    failures,
    round(error_rate, 3) as error_rate
from operations.api_usage_daily
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and activity_date >= %(window_start)s::date
    and activity_date < %(window_end)s::date
    and calls >= 20
    and error_rate > 0.5
