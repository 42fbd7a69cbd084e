-- Removes the list of erased people: loads would bring them back from files that land from now on.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission in ('profiles.export', 'profiles.erase');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
delete from tenancy.permissions where permission in ('profiles.export', 'profiles.erase');

alter table tenancy.user_preferences
drop column digest_at,
drop column alerts_from;

drop function tenancy.sample_again;
drop function tenancy.redact_audit_log;
drop table landing.redactions;
drop table tenancy.erased_identities;
drop table tenancy.person_erasures;
drop sequence tenancy.erasure_id_sequence;
drop type tenancy.erasure_action;
