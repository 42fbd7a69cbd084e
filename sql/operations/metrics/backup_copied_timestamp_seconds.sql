-- Time of the newest backup that the second place has.

select extract(epoch from max(finished_at)) as value
from operations.backups
where copy_removed_at is null and copy_damage is null and copied_at is not null
having max(finished_at) is not null
