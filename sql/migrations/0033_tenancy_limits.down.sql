-- Owners keep all rights that they have, and nobody can give one by a command.

set local role syndication_owner;

alter table operations.condition_levels disable trigger condition_levels_changes;
with raised as (
    update operations.condition_levels as l
    set threshold = 100
    where
        (l.kind, l.severity, l.threshold) = ('budget_used', 'critical', 95)
        and not exists (
            select from operations.condition_levels as e
            where (e.kind, e.severity) = ('budget_used', 'error')
        )
    returning l.kind
)

insert into operations.condition_levels (kind, severity, threshold)
select
    r.kind,
    'error',
    95
from raised as r;

delete from operations.alerts where kind = 'foreign_key_unindexed';
update operations.alert_routes set kind = null, is_active = false where kind = 'foreign_key_unindexed';
alter table operations.condition_kinds disable trigger condition_kinds_changes;
delete from operations.condition_kinds where kind = 'foreign_key_unindexed';
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'roles.edit';
delete from tenancy.permissions where permission = 'roles.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;
