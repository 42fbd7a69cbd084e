-- The second place has an intact backup that is younger than the lowest threshold of the condition `backup_copy_old`.
-- One row is the newest one there, which is older, or the statement that there is none. Look at the last run of
-- `backup_schedule`, or run `syndication backup copy`. Without the setting `backups.copy_url` there is no second place.

select
    place.url as place,
    max(b.backup_name) as newest_copy,
    max(b.started_at) as started_at
from (select tenancy.setting('backups.copy_url') #>> '{}' as url) as place
cross join (
    select make_interval(secs => min(threshold)::float8 * 86400) as age
    from operations.condition_levels
    where kind = 'backup_copy_old'
) as most
left join operations.backups as b
    on place.url = b.copy_url and b.copy_removed_at is null and b.copy_damage is null
where place.url is not null and most.age is not null
group by place.url, most.age
having coalesce(max(b.started_at) < now() - most.age, true)
