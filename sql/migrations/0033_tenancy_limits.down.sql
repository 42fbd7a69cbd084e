-- Owners keep all rights that they have, and nobody can give one by a command.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'roles.edit';
delete from tenancy.permissions where permission = 'roles.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;
