-- One row is what an organization has used of one operation of one provider on one UTC day, and what it has cost, by
-- currency; XXX is the code for no currency. A cost that is not known is in none of the sums: expected_cost has what
-- was reserved for it.
-- Numbers: operations.api_usage. Parameters: window_start, window_end (dates, the end exclusive). A re-run computes the
-- days again from the calls alone, in any order, so it also takes in calls that were settled since.

with calls as (
    select
        u.organization_id,
        u.usage_id,
        (u.used_at at time zone 'utc')::date as activity_date,
        u.provider,
        u.operation,
        coalesce(u.currency, 'XXX') as currency,
        u.is_successful,
        u.cost,
        u.expected_cost,
        u.latency_ms,
        u.input_tokens,
        u.output_tokens,
        u.quota_units,
        u.units
    from tenancy.organizations as o
    inner join operations.api_usage as u on o.organization_id = u.organization_id
    where
        u.used_at >= %(window_start)s::date::timestamp at time zone 'utc'
        and u.used_at < %(window_end)s::date::timestamp at time zone 'utc'
),

unit_sums as (
    select
        s.organization_id,
        s.activity_date,
        s.provider,
        s.operation,
        s.currency,
        jsonb_object_agg(s.unit, s.amount order by s.unit) as units
    from (
        select
            c.organization_id,
            c.activity_date,
            c.provider,
            c.operation,
            c.currency,
            measured.key as unit,
            sum(measured.value::numeric) as amount
        from calls as c
        cross join lateral jsonb_each_text(c.units) as measured
        group by c.organization_id, c.activity_date, c.provider, c.operation, c.currency, measured.key
    ) as s
    group by s.organization_id, s.activity_date, s.provider, s.operation, s.currency
)

select
    c.organization_id,
    c.activity_date,
    c.provider,
    c.operation,
    c.currency,
    count(*) as calls,
    count(*) filter (where not c.is_successful) as failures,
    count(*) filter (where c.is_successful is null) as unsettled,
    sum(c.cost) as cost,
    sum(c.expected_cost) as expected_cost,
    round(avg(c.latency_ms), 1) as average_ms,
    round(percentile_cont(0.95) within group (order by c.latency_ms)::numeric, 1) as p95_ms,
    sum(c.input_tokens)::bigint as input_tokens,
    sum(c.output_tokens)::bigint as output_tokens,
    sum(c.quota_units)::bigint as quota_units,
    coalesce(min(s.units::text), '{}')::jsonb as units
from calls as c
left join unit_sums as s
    on
        c.organization_id = s.organization_id
        and c.activity_date = s.activity_date
        and c.provider = s.provider
        and c.operation = s.operation
        and c.currency = s.currency
group by c.organization_id, c.activity_date, c.provider, c.operation, c.currency
