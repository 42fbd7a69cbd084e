-- A budget is nearly or fully used. One row is a budget of which at least as many percent as the threshold are used in
-- this UTC day or month; value is that percentage. Calls with unknown cost count with their expected cost. Parameter:
-- threshold.

select
    organization_id,
    case when provider = 'all' then period else period || ' ' || provider end as subject,
    starts_at as since,
    round(used_percent, 1) as value,
    format(
        '%%s of the %%s %%s for this %%s are used%%s, and %%s are projected for all of it. At 100 %%%% no more paid '
        'calls are made: raise the budget, or wait for the next %%s.',
        round(used, 2),
        round(amount, 2),
        currency,
        period,
        case when provider = 'all' then '' else ' for ' || provider end,
        round(projected, 2),
        period
    ) as message
from operations.budgets_used(now())
where used_percent >= %(threshold)s
