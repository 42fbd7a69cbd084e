-- Drops what analyzers found in pictures: a later analysis of the stored files finds it again, at its cost.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'analyzers.edit';
delete from tenancy.permissions where permission = 'analyzers.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

drop view media.analysis_status;
drop view media.post_media_analyses;
drop view media.file_analyses;
drop table media.analyses;
drop table media.analyzer_versions;
drop table media.analyzers;
drop type media.safety;
drop type media.analysis_state;
drop sequence media.analysis_id_sequence;
