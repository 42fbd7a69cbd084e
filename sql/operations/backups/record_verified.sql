-- Records that all files of a backup at a place were read again: the backup itself, or its copy.
-- Parameters: backup_name, url (of the place), damage (NULL if nothing was wrong).

update operations.backups
set
    verified_at = case when url = %(url)s then clock_timestamp() else verified_at end,
    damage = case when url = %(url)s then %(damage)s::text else damage end,
    copy_verified_at = case when copy_url = %(url)s then clock_timestamp() else copy_verified_at end,
    copy_damage = case when copy_url = %(url)s then %(damage)s::text else copy_damage end
where backup_name = %(backup_name)s and (url = %(url)s or copy_url = %(url)s);
