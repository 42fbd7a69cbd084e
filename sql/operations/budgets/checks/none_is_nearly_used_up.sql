-- Less of each budget is used than the lowest level of the condition budget_used says, 80 percent at first, in the day
-- and the month in which the window ends; calls with unreported usage count with their expected cost. One row is a
-- budget that is nearly used up: at 100 percent no more calls are made.

select
    organization_id,
    period,
    provider,
    amount,
    currency,
    used
from operations.budgets_used((%(window_end)s::date::timestamp at time zone 'utc') - interval '1 microsecond')
where
    used > 0
    and 100 * used >= amount * (select min(threshold) from operations.condition_levels where kind = 'budget_used')
