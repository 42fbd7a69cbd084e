-- Every called model has a price on the day of the call. One row is a model without a price: its cost is unknown, and
-- budgets cannot count it. Add the price to operations.api_prices.

select
    u.provider,
    u.model,
    min(u.used_at) as first_used_at,
    count(*) as calls
from operations.api_usage as u
where
    u.organization_id = any(array(select organization_id from tenancy.organizations))
    and u.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
    and u.model is not null
    and not exists (
        select
        from operations.api_prices as p
        where
            p.provider = u.provider
            and p.model = u.model
            and p.valid_from <= (u.used_at at time zone 'utc')::date
    )
group by u.provider, u.model
