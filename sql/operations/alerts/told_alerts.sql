-- One row is an alert as people are told of it, the worst first: the alert `alert_id`, or without one every open alert
-- that the route tells of. Parameters: alert_id, organization_id, route_id.

select
    a.alert_id,
    case when not a.is_of_installation then o.slug end as organization,
    a.kind,
    k.description,
    a.subject,
    a.severity::text as severity,
    a.message,
    a.since,
    a.opened_at,
    a.closed_at
from operations.alerts as a
inner join operations.condition_kinds as k on a.kind = k.kind
inner join operations.alert_routes as r
    on r.organization_id = %(organization_id)s and r.route_id = %(route_id)s
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where
    a.organization_id = r.organization_id
    and case
        when %(alert_id)s::text is not null then a.alert_id = %(alert_id)s
        else a.closed_at is null and operations.tells_of(r, a)
    end
order by a.severity desc, a.since asc, a.alert_id asc
