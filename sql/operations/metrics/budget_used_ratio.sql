-- Share of a budget that is used in this UTC day or month, calls with unknown cost at their expected cost.

select
    o.slug as organization,
    b.period,
    coalesce(sum(coalesce(u.cost, u.expected_cost)), 0) / b.amount as value
from operations.budgets as b
inner join tenancy.organizations as o on b.organization_id = o.organization_id
left join operations.api_usage as u
    on
        b.organization_id = u.organization_id
        and b.currency = u.currency
        and u.used_at >= date_trunc(b.period, now() at time zone 'utc') at time zone 'utc'
where b.amount > 0
group by o.slug, b.period, b.amount
order by o.slug, b.period
