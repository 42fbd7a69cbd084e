-- A budget is nearly or fully used. One row is a budget of which at least as many percent as the threshold are used in
-- this UTC day or month; value is that percentage. Calls with unknown cost count with their expected cost. Parameter:
-- threshold.

select
    organization_id,
    period as subject,
    starts_at as since,
    round(100 * used / amount, 1) as value,
    format(
        '%%s of the %%s %%s for this %%s are used, and %%s are projected for all of it. At 100 %%%% no more paid calls '
        'are made: raise the budget, or wait for the next %%s.',
        round(used, 2),
        round(amount, 2),
        currency,
        period,
        -- The first hundredth of a period says too little about the rest.
        round(
            used / greatest(extract(epoch from now() - starts_at) / extract(epoch from ends_at - starts_at), 0.01), 2
        ),
        period
    ) as message
from (
    select
        b.organization_id,
        b.period,
        b.amount,
        b.currency,
        span.starts_at,
        span.ends_at,
        sum(coalesce(u.cost, u.expected_cost)) as used
    from operations.budgets as b
    cross join lateral (
        select
            date_trunc(b.period, now() at time zone 'utc') at time zone 'utc' as starts_at,
            (date_trunc(b.period, now() at time zone 'utc') + ('1 ' || b.period)::interval) at time zone 'utc'
                as ends_at
    ) as span
    inner join operations.api_usage as u
        on
            b.organization_id = u.organization_id
            and b.currency = u.currency
            and u.used_at >= span.starts_at
            and u.used_at < span.ends_at
    where b.amount > 0
    group by b.organization_id, b.period, b.amount, b.currency, span.starts_at, span.ends_at
) as budgets
where 100 * used >= %(threshold)s * amount
