-- One row is one landed file from which rows were loaded, and whose content is another one now: `was` and `is_now` are
-- its hashes, `is_now` empty if the file can no longer be read; `size_was` is its size in bytes, packed or not. Run it
-- after staging the day's files.

select
    f.source_file_path,
    encode(f.content_hash, 'hex') as was,
    encode(s.content_hash, 'hex') as is_now,
    f.size_bytes as size_was
from staged_files as s
inner join landing.files as f
    on s.organization_id = f.organization_id and s.source_file_path = f.source_file_path
where
    not s.is_withdrawn
    and f.withdrawn_at is null
    and f.items > 0
    and f.content_hash not in ('', s.content_hash)
order by f.source_file_path
