-- The files of the backups were not read again lately. One row is the installation if it has ever taken a backup; value
-- is the number of days since they were last read, or since the first backup if they never were. Parameter: threshold.

select
    null as organization_id,
    'the backups' as subject,
    coalesce(max(verified_at), min(finished_at)) as since,
    round(extract(epoch from now() - coalesce(max(verified_at), min(finished_at))) / 86400, 1) as value,
    'Nobody has read the files of the backups again lately, so damage would not be seen. Check that '
    'backup_integrity_schedule is on, or run `syndication backup verify`.' as message
from operations.backups
having
    coalesce(max(verified_at), min(finished_at)) <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
