-- The delivery that is due for the longest time, of a webhook that is not paused, locked until the transaction ends;
-- one that another process delivers is skipped. Parameters: moment, tried (`event/webhook` of the deliveries that this
-- process has already tried).

select
    d.organization_id,
    d.event_id,
    d.webhook_id,
    o.slug as organization,
    w.url_name,
    w.secret_name,
    e.message_id::text,
    e.event,
    e.data,
    e.occurred_at,
    d.attempts,
    d.created_at
from operations.webhook_deliveries as d
inner join operations.webhook_events as e on d.organization_id = e.organization_id and d.event_id = e.event_id
inner join operations.webhooks as w on d.organization_id = w.organization_id and d.webhook_id = w.webhook_id
inner join tenancy.organizations as o on d.organization_id = o.organization_id
where
    d.state = 'pending'
    and d.next_attempt_at <= %(moment)s
    and w.is_active
    and d.event_id || '/' || d.webhook_id <> all(%(tried)s::text[])
order by d.next_attempt_at, d.event_id, d.webhook_id
limit 1
for update of d skip locked
