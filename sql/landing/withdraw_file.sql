-- Marks one landed file as withdrawn, and adds its ledger row if no load has read it yet. A re-run changes nothing,
-- unless the file had landed again and was moved again: then the row gets the new reason. Parameters: slug,
-- source_file_path, source, landed_on, size_bytes, reason, is_moved.

insert into landing.files as f (
    organization_id, source_file_path, source, landed_on, content_hash, size_bytes, withdrawn_at, withdrawn_reason
)
select
    organization_id,
    %(source_file_path)s,
    %(source)s,
    %(landed_on)s::date,
    '',
    %(size_bytes)s,
    now(),
    %(reason)s
from tenancy.organizations
where slug = %(slug)s
on conflict (organization_id, source_file_path) do update set
    withdrawn_at = excluded.withdrawn_at,
    withdrawn_reason = excluded.withdrawn_reason
where f.withdrawn_at is null or %(is_moved)s;
