-- Records a complete backup: one row of operations.backups by the name of its folder. Returns its id.
-- Parameters: backup_name, url, started_at, finished_at, size_bytes, manifest_hash, newest_migration. Recording a
-- backup again changes nothing but its place: a backup is never changed.

insert into operations.backups as b (
    backup_name, url, started_at, finished_at, size_bytes, manifest_hash, newest_migration
)
values (
    %(backup_name)s,
    %(url)s,
    %(started_at)s,
    %(finished_at)s,
    %(size_bytes)s,
    %(manifest_hash)s,
    %(newest_migration)s
)
on conflict (backup_name) do update set url = excluded.url, removed_at = null
returning b.backup_id;
