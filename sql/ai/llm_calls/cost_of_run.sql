-- What the recorded calls of language models of a run have cost an organization. One row is one organization whose
-- calls were all paid in one currency and have a known cost. Parameters: run_id, started_at (when its work began, so
-- that earlier months are not read).

select
    u.organization_id,
    sum(u.cost) as cost,
    min(u.currency) as currency
from operations.api_usage as u
where u.run_id = %(run_id)s and u.used_at >= %(started_at)s and u.model is not null
group by u.organization_id
having count(*) = count(u.cost) and min(u.currency) = max(u.currency)
order by u.organization_id
