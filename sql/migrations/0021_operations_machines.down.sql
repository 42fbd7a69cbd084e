-- Removes the lag of the replica from what is looked for, and the rights to move organizations.

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
alter table tenancy.role_permissions disable trigger role_permissions_changes;

set local role syndication_pipeline;
delete from operations.alert_deliveries as d using operations.alerts as a
where d.organization_id = a.organization_id and d.alert_id = a.alert_id and a.kind = 'replica_lag';
delete from operations.alerts where kind = 'replica_lag';
update operations.alert_routes set kind = null, is_active = false where kind = 'replica_lag';

set local role syndication_owner;
delete from operations.condition_kinds where kind = 'replica_lag';
delete from tenancy.role_permissions where permission in ('organizations.export', 'organizations.import');
delete from tenancy.permissions where permission in ('organizations.export', 'organizations.import');

comment on table operations.condition_levels is
'One row is the value from which on a problem of a kind has a severity.';

alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
alter table tenancy.role_permissions enable trigger role_permissions_changes;
