-- Nothing that landed on these days waits in the quarantine. One row is an item, or with no position a whole file,
-- that could not be loaded, and why; its neighbours were. Mend the adapter or the file, and materialize the day again:
-- what can be loaded then is marked as replayed.

select
    organization_id,
    source_file_path,
    position,
    reason,
    quarantine_id
from landing.quarantine
where
    replayed_at is null
    and landed_on >= %(window_start)s::date
    and landed_on < %(window_end)s::date
