-- The second place of backups, which the setting `backups.copy_url` names, has no recent and intact one. One row is the
-- installation; value is the age of the newest one there in days, or the days since the place was named if there is
-- none. Parameter: threshold.

select
    null as organization_id,
    'the newest copy' as subject,
    newest.since,
    round(extract(epoch from now() - newest.since) / 86400, 1) as value,
    format(
        '%%s at %%s. Look at the last run of backup_schedule, or run `syndication backup copy`.',
        coalesce(
            'The newest backup is of '
            || to_char(newest.finished_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' UTC',
            'There is no intact backup'
        ),
        newest.url
    ) as message
from (
    select
        place.url,
        max(b.finished_at) as finished_at,
        coalesce(max(b.finished_at), place.named_at) as since
    from (
        select
            value #>> '{}' as url,
            updated_at as named_at
        from tenancy.settings
        where setting = 'backups.copy_url' and value is not null
    ) as place
    left join operations.backups as b
        on place.url = b.copy_url and b.copy_removed_at is null and b.copy_damage is null
    group by place.url, place.named_at
) as newest
where newest.since <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
