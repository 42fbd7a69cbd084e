-- Organizations have no limits: tiers, and which organization had which, are lost.

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;

set local role syndication_pipeline;
delete from operations.alert_deliveries as d using operations.alerts as a
where d.organization_id = a.organization_id and d.alert_id = a.alert_id and a.kind = 'limit_used';
delete from operations.alerts where kind = 'limit_used';
update operations.alert_routes set kind = null, is_active = false where kind = 'limit_used';

set local role syndication_owner;
delete from operations.condition_kinds where kind = 'limit_used';
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'limits.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;
delete from tenancy.permissions where permission = 'limits.edit';

drop trigger organization_members_within_limit on tenancy.organization_members;
drop trigger organization_members_return_within_limit on tenancy.organization_members;
drop trigger invitations_within_limit on tenancy.invitations;
drop function tenancy.keep_to_user_limit;
drop function tenancy.used_by;
drop view tenancy.limits_in_force;
drop type tenancy.limited_resource;
drop table tenancy.organization_limits, tenancy.tiers;
