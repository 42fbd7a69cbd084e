-- The newest backup is old. One row is the installation if it has ever taken a backup, but none in the last days; value
-- is the age of the newest one in days. Parameter: threshold.

select
    null as organization_id,
    'the newest backup' as subject,
    max(finished_at) as since,
    round(extract(epoch from now() - max(finished_at)) / 86400, 1) as value,
    format(
        'The newest backup is of %%s UTC. Check that backup_schedule is on and look at its last run, or run '
        '`syndication backup`.',
        to_char(max(finished_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from operations.backups
having max(finished_at) <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
