-- Removes the brand room. The files of brands stay in media.media_files.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'brands.edit';
delete from tenancy.permissions where permission = 'brands.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

drop schema brand cascade;
