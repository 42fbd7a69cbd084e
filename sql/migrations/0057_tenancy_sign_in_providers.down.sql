-- Takes back the providers of sign-ins. Sessions that they began end.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'identities.edit';
delete from tenancy.permissions where permission = 'identities.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

update tenancy.web_sessions set ended_at = now() where limited_to_organization_id is not null and ended_at is null;
alter table tenancy.web_sessions drop column limited_to_organization_id;
drop table tenancy.user_identities;
drop table tenancy.sign_in_attempts;
drop table tenancy.sign_in_providers;
