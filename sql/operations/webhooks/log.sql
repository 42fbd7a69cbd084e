-- One row is one event for one webhook, the newest first. Parameters: organization (a slug), webhook_name, state, each
-- NULL for all; maximum.

select
    o.slug as organization,
    w.webhook_name,
    d.event_id,
    e.message_id::text,
    e.event,
    e.occurred_at,
    d.state::text,
    d.attempts,
    d.delivered_at,
    case when d.state = 'pending' then d.next_attempt_at end as next_attempt_at,
    d.error_message,
    e.data
from operations.webhook_deliveries as d
inner join operations.webhook_events as e on d.organization_id = e.organization_id and d.event_id = e.event_id
inner join operations.webhooks as w on d.organization_id = w.organization_id and d.webhook_id = w.webhook_id
inner join tenancy.organizations as o on d.organization_id = o.organization_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(webhook_name)s::text is null or w.webhook_name = %(webhook_name)s)
    and (%(state)s::text is null or d.state::text = %(state)s)
order by e.occurred_at desc, d.event_id desc, w.webhook_name asc
limit %(maximum)s
