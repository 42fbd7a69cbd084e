-- No file of a backup that is kept, or of its copy, is missing or was changed when it was last read. One row is a
-- backup with damage. A damaged copy is made again by the next `syndication backup copy`; remove a damaged backup by
-- `syndication backup remove`.

select
    backup_name,
    url as place,
    damage,
    verified_at
from operations.backups
where removed_at is null and damage is not null
union all
select
    backup_name,
    copy_url,
    copy_damage,
    copy_verified_at
from operations.backups
where copy_removed_at is null and copy_damage is not null
