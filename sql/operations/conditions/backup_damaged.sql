-- A file of a backup, or of its copy at the second place, was missing or changed when it was last read. One row is a
-- backup at a place; value is 1. Parameter: threshold.

select
    null as organization_id,
    place.url || '/' || b.backup_name as subject,
    place.verified_at as since,
    1::numeric as value,
    place.damage || ' ' || place.remedy as message
from operations.backups as b
cross join lateral (
    values
    (
        b.url,
        b.verified_at,
        b.damage,
        b.removed_at,
        'Run `syndication backup` for a new one, and `syndication backup remove ' || b.backup_name || '`.'
    ),
    (b.copy_url, b.copy_verified_at, b.copy_damage, b.copy_removed_at, '`syndication backup copy` makes it again.')
) as place (url, verified_at, damage, removed_at, remedy)
where place.damage is not null and place.removed_at is null and %(threshold)s <= 1
