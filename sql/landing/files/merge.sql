-- One row is one landed file as it was last loaded: the ledger. A re-run with the same files and adapters changes
-- nothing. The row of a withdrawn file stays unchanged until the file lands again.

insert into landing.files as f (
    organization_id, source_file_path, source, landed_on, content_hash, size_bytes, observed_at, observed_at_source,
    tracked_username, items, items_quarantined, adapter_version, run_id, is_settled
)
select
    organization_id,
    source_file_path,
    source,
    landed_on,
    content_hash,
    size_bytes,
    observed_at,
    observed_at_source,
    tracked_username,
    items,
    items_quarantined,
    adapter_version,
    run_id,
    is_settled
from staged_files
where not is_withdrawn
on conflict (organization_id, source_file_path) do update set
    content_hash = excluded.content_hash,
    size_bytes = excluded.size_bytes,
    observed_at = excluded.observed_at,
    observed_at_source = excluded.observed_at_source,
    tracked_username = excluded.tracked_username,
    items = excluded.items,
    items_quarantined = excluded.items_quarantined,
    adapter_version = excluded.adapter_version,
    run_id = excluded.run_id,
    is_settled = excluded.is_settled,
    withdrawn_at = null,
    withdrawn_reason = null
where
    f.withdrawn_at is not null
    or (
        f.content_hash, f.size_bytes, f.observed_at, f.observed_at_source, f.tracked_username, f.adapter_version,
        f.items, f.items_quarantined, f.is_settled
    ) is distinct from (
        excluded.content_hash, excluded.size_bytes, excluded.observed_at, excluded.observed_at_source,
        excluded.tracked_username, excluded.adapter_version, excluded.items, excluded.items_quarantined,
        excluded.is_settled
    );
