-- Share of a budget that is used in this UTC day or month, calls with unknown cost at their expected cost.

select
    o.slug as organization,
    b.period,
    b.provider,
    b.used_percent / 100 as value
from operations.budgets_used(now()) as b
inner join tenancy.organizations as o on b.organization_id = o.organization_id
order by o.slug, b.period, b.provider
