-- One row is what an organization has used of one provider in one UTC month, what it has cost, and, for the month under
-- way, what it will cost if it goes on like this. Read from the calls, so that the last minute is in it. Parameters:
-- first_month, last_month (first days), organization (slug, or NULL for all), moment.

with used as (
    select
        u.organization_id,
        date_trunc('month', u.used_at at time zone 'utc') as month,
        u.provider,
        u.currency,
        count(*) as calls,
        count(*) filter (where not u.is_successful) as failures,
        sum(u.quota_units) as quota_units,
        sum(u.cost) as cost,
        sum(u.expected_cost) as expected_cost
    from operations.api_usage as u
    where
        u.used_at >= %(first_month)s::date::timestamp at time zone 'utc'
        and u.used_at < (%(last_month)s::date + interval '1 month') at time zone 'utc'
    group by 1, 2, 3, 4
)

select
    o.slug as organization,
    to_char(u.month, 'YYYY-MM') as month,
    u.provider,
    u.currency,
    u.calls,
    u.failures,
    u.quota_units,
    u.cost,
    u.expected_cost,
    case
        when u.currency is not null and u.month = span.starts_on
            then round(
                (coalesce(u.cost, 0) + coalesce(u.expected_cost, 0)) / greatest(
                    extract(epoch from span.moment - span.starts_on)
                    / extract(epoch from span.starts_on + interval '1 month' - span.starts_on),
                    0.01
                ),
                4
            )
    end as projected_cost
from used as u
inner join tenancy.organizations as o on u.organization_id = o.organization_id
cross join (
    select
        %(moment)s::timestamptz at time zone 'utc' as moment,
        date_trunc('month', %(moment)s::timestamptz at time zone 'utc') as starts_on
) as span
where coalesce(o.slug = %(organization)s::text, true)
order by u.month, o.slug, u.provider, u.currency
