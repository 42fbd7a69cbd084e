-- An alert cannot be delivered. One row is a route whose pending deliveries have failed at least as often as the
-- threshold; value is the highest number of failed attempts. Parameter: threshold.

select
    d.organization_id,
    r.route_name as subject,
    min(d.created_at) as since,
    max(d.attempts) as value,
    format(
        'The route %%s delivers no alerts: %%s Test it with `syndication alert test %%s`.',
        r.route_name, (array_agg(d.error_message order by d.attempts desc, d.delivery_id asc))[1], r.route_name
    ) as message
from operations.alert_deliveries as d
inner join operations.alert_routes as r on d.organization_id = r.organization_id and d.route_id = r.route_id
where d.state = 'pending' and d.attempts > 0 and r.is_active
group by d.organization_id, r.route_id, r.route_name
having max(d.attempts) >= %(threshold)s
