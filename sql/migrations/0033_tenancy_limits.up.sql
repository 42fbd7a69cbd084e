-- Who may say what a role may do, and two levels of used budgets.

set local role syndication_owner;

insert into tenancy.permissions (permission, description) values
('roles.edit', 'Give rights to roles, and take them away.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values
('owner', 'roles.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;

-- People are told at night, too, before a budget stops paid calls and not when it does. Levels that somebody changed
-- stay.
alter table operations.condition_levels disable trigger condition_levels_changes;
with removed as (
    delete from operations.condition_levels as l
    where
        (l.kind, l.severity, l.threshold) = ('budget_used', 'error', 95)
        and exists (
            select from operations.condition_levels as c
            where (c.kind, c.severity, c.threshold) = ('budget_used', 'critical', 100)
        )
    returning l.kind
)

update operations.condition_levels as l
set threshold = 95
from removed as r
where l.kind = r.kind and l.severity = 'critical';

alter table operations.condition_kinds disable trigger condition_kinds_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('foreign_key_unindexed', 'rows', 168, 'No index finds the rows behind a foreign key.');
insert into operations.condition_levels (kind, severity, threshold) values
('foreign_key_unindexed', 'warning', 1000);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
