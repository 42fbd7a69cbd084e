-- Removes the record of backups. The backups themselves stay where they are.

set local role syndication_owner;

drop table operations.backups;

drop sequence operations.backup_id_sequence;
