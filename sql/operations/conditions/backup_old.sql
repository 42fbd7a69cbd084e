-- The newest backup is old, or there is none. One row is the installation if it has taken a backup, but none in the
-- last days; value is the age of the newest one in days. Or if it has never taken one, and has held data of an
-- organization that is no sample for that long; value is the threshold then, the lowest, however long that is: the
-- database may be backed up otherwise. Parameter: threshold.

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
union all
select
    null as organization_id,
    'the newest backup' as subject,
    min(held.since) as since,
    %(threshold)s::numeric as value,
    format(
        'No backup was ever taken, and the database has held data since %%s UTC. Turn backup_schedule on, or run '
        '`syndication backup`. If you back it up otherwise: `syndication alert level backup_old warning --remove`, and '
        'the other severities.',
        to_char(min(held.since) at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from tenancy.organizations as o
cross join lateral (
    select min(f.first_loaded_at) as since
    from landing.files as f
    where f.organization_id = o.organization_id
    union all
    select min(c.created_at)
    from content.posts_content as c
    where c.organization_id = o.organization_id
    union all
    select min(a.created_at)
    from channels.social_accounts as a
    where a.organization_id = o.organization_id
) as held
where
    not coalesce(o.settings @> '{"is_sample": true}', false)
    and not exists (select from operations.backups)
having min(held.since) <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
