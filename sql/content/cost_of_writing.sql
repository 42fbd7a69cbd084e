-- What the calls of language models for texts have cost an organization since a time. One row is one organization whose
-- calls were all paid in one currency and have a known cost. Parameter: started_at.

select
    u.organization_id,
    sum(u.cost) as cost,
    min(u.currency) as currency
from operations.api_usage as u
where u.used_at >= %(started_at)s and u.model is not null
group by u.organization_id
having count(*) = count(u.cost) and min(u.currency) = max(u.currency)
order by u.organization_id
