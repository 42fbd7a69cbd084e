-- The cost of a call of a model is that of its tokens at the price version it refers to; a call without a price version
-- has no cost. One row is a call with another cost or currency: its price was changed instead of adding a new version.

select
    u.usage_id,
    u.model,
    u.cost,
    p.price_version
from operations.api_usage as u
left join operations.api_prices as p
    on u.provider = p.provider and u.model = p.model and u.price_version = p.price_version
where
    u.organization_id = any(array(select organization_id from tenancy.organizations))
    and u.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
    and u.cost is not null
    and u.model is not null
    and (
        u.currency is distinct from p.currency
        or abs(
            u.cost
            - (
                (u.input_tokens - least(coalesce(u.cached_input_tokens, 0), u.input_tokens)) * p.input_price
                + least(coalesce(u.cached_input_tokens, 0), u.input_tokens) * p.cached_input_price
                + u.output_tokens * p.output_price
            ) / 1000000
        ) > 0.00000001
    )
