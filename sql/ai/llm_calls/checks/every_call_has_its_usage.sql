-- Every request to a language model has its row in operations.api_usage.

select
    l.call_id,
    l.called_at,
    l.usage_id
from ai.llm_calls as l
left join operations.api_usage as u on l.organization_id = u.organization_id and l.usage_id = u.usage_id
where
    l.called_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and l.called_at < %(window_end)s::date::timestamp at time zone 'utc'
    and u.usage_id is null
