-- Time of the newest backup.

select extract(epoch from max(finished_at)) as value
from operations.backups
having max(finished_at) is not null
