-- Every operation that has cost something has a price of its unit on the day of the call. One row is an operation
-- without one: nothing was reserved for it, so no budget could stop it.

select
    u.provider,
    u.operation,
    min(u.used_at) as first_used_at,
    count(*) as calls
from operations.api_usage as u
where
    u.organization_id = any(array(select organization_id from tenancy.organizations))
    and u.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
    and u.model is null
    and u.cost is not null
    and not exists (
        select
        from operations.api_unit_prices as p
        where
            p.provider = u.provider
            and p.operation = u.operation
            and p.valid_from <= (u.used_at at time zone 'utc')::date
    )
group by u.provider, u.operation
