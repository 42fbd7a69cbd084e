-- What a call cost is what its tokens cost by the price that it names; where no price is named, no cost is.

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
