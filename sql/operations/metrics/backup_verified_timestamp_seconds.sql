-- Time at which the files of backups were last read again.

select extract(epoch from max(verified_at)) as value
from operations.backups
having max(verified_at) is not null
