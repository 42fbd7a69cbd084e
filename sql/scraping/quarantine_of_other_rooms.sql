-- Items and whole files that another room than scraping could not load wait in `scraping.quarantine` too, with the
-- place and the reason. The room has filled the temporary tables staged_files (what it read) and staged_quarantine.
-- A re-run changes nothing; what can be loaded now is marked as replayed, and what failed again is open again.

update scraping.quarantine as q set replayed_at = now()
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
            -- A file that is refused as a whole has replayed nothing.
            and (s.position is null or s.position is not distinct from q.position)
    );

insert into scraping.quarantine as q (
    organization_id, source, landed_on, source_file_path, position, reason, payload, payload_bytes, adapter_version
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
    adapter_version
from staged_quarantine
on conflict (organization_id, source_file_path, position) do update set
    reason = excluded.reason,
    payload = excluded.payload,
    payload_bytes = excluded.payload_bytes,
    adapter_version = excluded.adapter_version,
    quarantined_at = now(),
    replayed_at = null
where
    q.replayed_at is not null
    or (q.reason, q.payload, q.adapter_version) is distinct from (
        excluded.reason, excluded.payload, excluded.adapter_version
    );
