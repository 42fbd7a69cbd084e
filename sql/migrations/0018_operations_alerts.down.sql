-- Removes alerts, their routes and their kinds.

set local role syndication_owner;

drop function operations.end_of_quiet_hours;
drop table operations.alert_deliveries;
drop table operations.alerts;
drop table operations.alert_routes;
drop table operations.condition_levels;
drop table operations.condition_kinds;
drop type operations.delivery_state;
drop type operations.severity;
drop sequence operations.delivery_id_sequence;
drop sequence operations.route_id_sequence;
drop sequence operations.alert_id_sequence;
