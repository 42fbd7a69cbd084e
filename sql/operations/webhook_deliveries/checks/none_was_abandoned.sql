-- Every event of these days reached its receivers. One row is an event that failed for a day and was abandoned: read
-- its error_message, and try its webhook with `syndication webhook test`.

select
    d.organization_id,
    w.webhook_name,
    e.event,
    e.event_id,
    e.occurred_at,
    d.error_message
from operations.webhook_deliveries as d
inner join operations.webhook_events as e on d.organization_id = e.organization_id and d.event_id = e.event_id
inner join operations.webhooks as w on d.organization_id = w.organization_id and d.webhook_id = w.webhook_id
where
    d.state = 'abandoned'
    and e.occurred_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and e.occurred_at < %(window_end)s::date::timestamp at time zone 'utc'
