-- One rule decides which alerts a route tells of, at once or in a digest.

set local role syndication_owner;

create function operations.tells_of(route operations.alert_routes, alert operations.alerts)
returns boolean language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select
        route.organization_id = alert.organization_id
        and (route.tells_of_installation or not alert.is_of_installation)
        and alert.severity >= route.minimum_severity
        and (route.kind is null or route.kind = alert.kind)
        -- A route cannot tell of its own failure.
        and (alert.kind <> 'delivery_fails' or alert.subject <> route.route_name);
$$;

comment on function operations.tells_of is 'Whether the route tells of the alert, at once or in its digest.';

grant execute on function operations.tells_of to syndication_pipeline;
