-- Every message of these days reached its people. One row is a delivery that failed for a day and was abandoned: read
-- its error_message, and try its route with `syndication alert test`.

select
    d.organization_id,
    r.route_name,
    d.event,
    d.event_at,
    d.error_message
from operations.alert_deliveries as d
inner join operations.alert_routes as r on d.organization_id = r.organization_id and d.route_id = r.route_id
where
    d.state = 'abandoned'
    and d.event_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and d.event_at < %(window_end)s::date::timestamp at time zone 'utc'
