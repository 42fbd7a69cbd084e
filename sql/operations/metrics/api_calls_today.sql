-- Calls of an API in this UTC day, by how they ended: successful, failed or unsettled.

select
    o.slug as organization,
    u.provider,
    case when u.is_successful then 'successful' when not u.is_successful then 'failed' else 'unsettled' end as outcome,
    count(*) as value
from operations.api_usage as u
inner join tenancy.organizations as o on u.organization_id = o.organization_id
where u.used_at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'
group by 1, 2, 3
order by 1, 2, 3
