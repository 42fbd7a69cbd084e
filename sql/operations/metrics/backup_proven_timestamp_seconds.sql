-- Time of the last restore that proved a backup.

select extract(epoch from max(proven_at)) as value
from operations.backups
where is_proven
having max(proven_at) is not null
