-- What is left of a budget in this UTC day or month, in its currency, calls with unknown cost at their expected cost.
-- Negative if more was spent.

select
    o.slug as organization,
    b.period,
    b.provider,
    b.currency,
    b.amount - b.used as value
from operations.budgets_used(now()) as b
inner join tenancy.organizations as o on b.organization_id = o.organization_id
order by o.slug, b.period, b.provider
