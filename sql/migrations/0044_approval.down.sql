-- Removes workflows, rounds and decisions. What content.approvals holds stays.

set local role syndication_owner;

-- As the pipeline: forced row-level security hides the rows from their owner.
set local role syndication_pipeline;
delete from operations.alert_deliveries as d using operations.alerts as a
where
    d.organization_id = a.organization_id and d.alert_id = a.alert_id
    and a.kind in ('approval_waits', 'approval_escalated');
delete from operations.alerts where kind in ('approval_waits', 'approval_escalated');
update operations.alert_routes set kind = null, is_active = false
where kind in ('approval_waits', 'approval_escalated');
set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
delete from operations.condition_kinds where kind in ('approval_waits', 'approval_escalated');
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

drop schema approval cascade;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission in ('workflows.edit', 'approvals.decide');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
delete from tenancy.permissions where permission in ('workflows.edit', 'approvals.decide');
