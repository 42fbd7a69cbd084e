-- Less than 80 percent of each budget are used, for the day and the month in which the window ends; calls with
-- unreported usage count with their expected cost. One row is a budget that is nearly used up: at 100 percent no more
-- calls are made.

select
    b.organization_id,
    b.period,
    b.amount,
    b.currency,
    sum(coalesce(u.cost, u.expected_cost)) as used
from operations.budgets as b
inner join operations.api_usage as u
    on
        b.organization_id = u.organization_id
        and b.currency = u.currency
        and u.used_at >= date_trunc(b.period, (%(window_end)s::date - 1)::timestamp) at time zone 'utc'
        and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
group by b.organization_id, b.period, b.amount, b.currency
having sum(coalesce(u.cost, u.expected_cost)) >= 0.8 * b.amount
