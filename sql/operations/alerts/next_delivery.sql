-- The delivery that is due for the longest time, locked until the transaction ends; one that another process delivers
-- is skipped. Parameters: moment, tried (deliveries that this process has already tried).

select
    d.organization_id,
    d.delivery_id,
    o.slug as organization,
    r.route_id,
    r.channel,
    r.address,
    r.secret_name,
    d.event,
    d.alert_id,
    d.attempts,
    d.created_at
from operations.alert_deliveries as d
inner join operations.alert_routes as r on d.organization_id = r.organization_id and d.route_id = r.route_id
inner join tenancy.organizations as o on d.organization_id = o.organization_id
where
    d.state = 'pending'
    and d.next_attempt_at <= %(moment)s
    and d.delivery_id <> all(%(tried)s::text[])
order by d.next_attempt_at, d.delivery_id
limit 1
for update of d skip locked
