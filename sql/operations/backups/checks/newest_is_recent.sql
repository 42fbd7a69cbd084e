-- A backup was made within the last two days. One row is the newest backup, which is older, or the statement that there
-- is none. Start `backup_schedule`, or run `syndication backup`.

select
    max(backup_name) as newest_backup,
    max(started_at) as started_at
from operations.backups
where removed_at is null
having coalesce(max(started_at) < now() - interval '2 days', true)
