-- Removes the second place of backups, and the record of what was read again.

set local role syndication_owner;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
alter table tenancy.settings disable trigger settings_changes;

set local role syndication_pipeline;
delete from operations.alert_deliveries as d using operations.alerts as a
where
    d.organization_id = a.organization_id and d.alert_id = a.alert_id
    and a.kind in ('backup_damaged', 'backup_unverified', 'backup_copy_old');
delete from operations.alerts where kind in ('backup_damaged', 'backup_unverified', 'backup_copy_old');
update operations.alert_routes set kind = null, is_active = false
where kind in ('backup_damaged', 'backup_unverified', 'backup_copy_old');

set local role syndication_owner;
delete from operations.condition_kinds where kind in ('backup_damaged', 'backup_unverified', 'backup_copy_old');
delete from tenancy.settings where setting in ('backups.copy_url', 'backups.days_between_proofs');

alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
alter table tenancy.settings enable trigger settings_changes;

alter table operations.backups
drop column verified_at,
drop column damage,
drop column copy_url,
drop column copied_at,
drop column copy_verified_at,
drop column copy_damage,
drop column copy_removed_at;
