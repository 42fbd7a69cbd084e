-- The quarantine of these days is empty. One row is an item, or a whole file (position NULL), that could not be loaded,
-- with the reason; its neighbours were loaded. Fix the adapter or the file and materialize the day again: items that
-- load then are marked as replayed.

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
