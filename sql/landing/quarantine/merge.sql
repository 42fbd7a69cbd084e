-- One row is one item, or one whole file (position NULL), that could not be loaded. A re-run changes nothing. Items
-- that load now and items of withdrawn files are marked as replayed; items that fail again are reopened. An item that a
-- person has closed stays closed until its content changes.

update landing.quarantine as q set replayed_at = now()
from staged_files as f
where
    q.organization_id = f.organization_id
    and q.source_file_path = f.source_file_path
    and q.replayed_at is null
    and not exists (
        select
        from staged_quarantine as s
        where
            s.organization_id = q.organization_id
            and s.source_file_path = q.source_file_path
            and s.position is not distinct from q.position
    )
    -- A file that is rejected as a whole replays none of its items.
    and (f.items > 0 or f.items_quarantined = 0);

insert into landing.quarantine as q (
    organization_id, source, landed_on, source_file_path, position, reason, payload, payload_bytes, adapter_version,
    run_id
)
select
    organization_id,
    source,
    landed_on,
    source_file_path,
    position,
    reason,
    payload,
    payload_bytes,
    adapter_version,
    run_id
from staged_quarantine
on conflict (organization_id, source_file_path, position) do update set
    reason = excluded.reason,
    payload = excluded.payload,
    payload_bytes = excluded.payload_bytes,
    adapter_version = excluded.adapter_version,
    run_id = excluded.run_id,
    quarantined_at = now(),
    replayed_at = null,
    closed_at = case when q.payload is not distinct from excluded.payload then q.closed_at end,
    closed_by = case when q.payload is not distinct from excluded.payload then q.closed_by end,
    closed_reason = case when q.payload is not distinct from excluded.payload then q.closed_reason end
where
    q.replayed_at is not null
    or (q.reason, q.payload, q.adapter_version) is distinct from (
        excluded.reason, excluded.payload, excluded.adapter_version
    );
