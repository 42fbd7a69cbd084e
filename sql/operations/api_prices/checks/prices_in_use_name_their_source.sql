-- Every price that was applied names the page on which the provider states it, and the day on which a person read it
-- there. One row is a price without one of them: nobody can tell whether it still holds.

select
    p.provider,
    p.model,
    p.price_version,
    p.valid_from
from operations.api_prices as p
where
    (p.source_url is null or p.checked_on is null)
    and exists (
        select
        from operations.api_usage as u
        where
            u.organization_id = any(array(select organization_id from tenancy.organizations))
            and u.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
            and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
            and u.provider = p.provider
            and u.model = p.model
            and u.price_version = p.price_version
    )
