-- One row is how long one organization keeps one table or thing: by its own row, else by what holds for all. Things
-- that are kept for ever are left out. `keeps_from` is the first UTC day that stays. Parameters: today (a date).

select
    o.organization_id,
    o.slug,
    s.subject,
    s.table_name,
    s.time_column,
    coalesce(p.action, s.action)::text as action,
    coalesce(p.grace_days, s.grace_days) as grace_days,
    k.keeps_from
from tenancy.organizations as o
cross join operations.retention_subjects as s
left join operations.retention_policies as p on o.organization_id = p.organization_id and s.subject = p.subject
cross join lateral (
    select
        case
            when p.subject is not null then p.keep_months
            else s.keep_months
        end as months,
        case
            when p.subject is not null then p.keep_days
            else s.keep_days
        end as days
) as kept
cross join lateral (
    select
        coalesce(
            (date_trunc('month', %(today)s::date::timestamp) - make_interval(months => kept.months))::date,
            %(today)s::date - kept.days
        ) as keeps_from
) as k
where not s.is_of_installation and k.keeps_from is not null
order by o.slug, s.subject;
