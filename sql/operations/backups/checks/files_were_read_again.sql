-- The files of the backups were read again more recently than the lowest threshold of the condition
-- `backup_unverified`. One row is the statement that they were not. Start `backup_integrity_schedule`, or run
-- `syndication backup verify`. Without any backup there is nothing to read.

select
    max(b.verified_at) as last_read_at,
    'no backup was read again for more than ' || most.days || ' days' as problem
from operations.backups as b
cross join (
    select min(threshold) as days from operations.condition_levels where kind = 'backup_unverified'
) as most
group by most.days
having coalesce(max(b.verified_at), min(b.finished_at)) < now() - make_interval(secs => most.days::float8 * 86400)
