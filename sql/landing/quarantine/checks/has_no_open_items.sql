-- The quarantine is empty, whatever days a run has loaded. One row is an item, or a whole file (position NULL), that
-- could not be loaded, with the reason; its neighbours were loaded. `syndication quarantine list` shows all of them.
-- Fix the adapter or the file and run `syndication quarantine replay`, or close what nobody will load.

select
    organization_id,
    source_file_path,
    position,
    reason,
    quarantine_id
from landing.quarantine
where replayed_at is null and closed_at is null
