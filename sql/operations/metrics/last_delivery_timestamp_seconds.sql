-- Time of the last message that a route delivered.

select
    o.slug as organization,
    r.route_name as route,
    extract(epoch from max(d.delivered_at)) as value
from operations.alert_deliveries as d
inner join operations.alert_routes as r on d.organization_id = r.organization_id and d.route_id = r.route_id
inner join tenancy.organizations as o on r.organization_id = o.organization_id
where d.state = 'delivered'
group by o.slug, r.route_name
order by o.slug, r.route_name
