-- Records that the second place has a complete copy of a backup, whose files were read again after they were written.
-- Parameters: backup_name, url (of the second place). Recording a copy that is known changes nothing.

update operations.backups
set
    copy_url = %(url)s,
    copied_at = clock_timestamp(),
    copy_verified_at = clock_timestamp(),
    copy_damage = null,
    copy_removed_at = null
where
    backup_name = %(backup_name)s
    and (copy_url is distinct from %(url)s or num_nonnulls(copy_damage, copy_removed_at) > 0);
