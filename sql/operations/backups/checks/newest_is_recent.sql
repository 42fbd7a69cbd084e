-- The newest backup is younger than the lowest threshold of the condition `backup_old`. One row is the newest backup,
-- which is older, or the statement that there is none. Start `backup_schedule`, or run `syndication backup`.

select
    newest.backup_name as newest_backup,
    newest.started_at
from (
    select
        max(backup_name) as backup_name,
        max(started_at) as started_at
    from operations.backups
    where removed_at is null
) as newest
cross join (
    select make_interval(secs => min(threshold)::float8 * 86400) as age
    from operations.condition_levels
    where kind = 'backup_old'
) as most
where
    most.age is not null
    and coalesce(newest.started_at < now() - most.age, true)
