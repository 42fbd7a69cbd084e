-- Operations: the lag of the replica that is read from, and the rights to move organizations between databases.

set local role syndication_owner;

-- The log of changes is of people's, and these rows come with the project.
alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;

insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('replica_lag', 'seconds', 4, 'The replica that is read from lacks what was written.');

insert into operations.condition_levels (kind, severity, threshold) values
('replica_lag', 'warning', 10),
('replica_lag', 'error', 600);

alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

comment on table operations.condition_levels is
'One row is the value from which on a problem of a kind has a severity. The lowest level of `replica_lag` is also how '
'many seconds a report waits for the replica.';

insert into tenancy.permissions (permission, description) values
('organizations.export', 'Export an organization whole, to move it to another database.'),
('organizations.import', 'Import an exported organization.');

alter table tenancy.role_permissions disable trigger role_permissions_changes;

insert into tenancy.role_permissions (role, permission) values
('owner', 'organizations.export'),
('owner', 'organizations.import');

alter table tenancy.role_permissions enable trigger role_permissions_changes;
