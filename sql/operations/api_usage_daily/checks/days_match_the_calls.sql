-- The days before today have as many calls, failures and as much cost as operations.api_usage. One row is a day and a
-- provider where they differ: calls were settled or removed since, so materialize the day again.

select
    coalesce(d.organization_id, u.organization_id) as organization_id,
    coalesce(d.activity_date, u.activity_date) as activity_date,
    coalesce(d.provider, u.provider) as provider,
    d.calls as calls_of_day,
    u.calls,
    d.cost as cost_of_day,
    u.cost
from (
    select
        a.organization_id,
        a.activity_date,
        a.provider,
        sum(a.calls) as calls,
        sum(a.failures) as failures,
        sum(a.cost) as cost
    from operations.api_usage_daily as a
    where
        a.organization_id = any(array(select organization_id from tenancy.organizations))
        and a.activity_date >= %(window_start)s::date
        and a.activity_date < least(%(window_end)s::date, (now() at time zone 'utc')::date)
    group by a.organization_id, a.activity_date, a.provider
) as d
full join (
    select
        c.organization_id,
        (c.used_at at time zone 'utc')::date as activity_date,
        c.provider,
        count(*) as calls,
        count(*) filter (where not c.is_successful) as failures,
        sum(c.cost) as cost
    from operations.api_usage as c
    where
        c.organization_id = any(array(select organization_id from tenancy.organizations))
        and c.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
        and c.used_at
        < least(%(window_end)s::date, (now() at time zone 'utc')::date)::timestamp at time zone 'utc'
    group by 1, 2, 3
) as u
    on d.organization_id = u.organization_id and d.activity_date = u.activity_date and d.provider = u.provider
where (d.calls, d.failures, d.cost) is distinct from (u.calls, u.failures, u.cost)
