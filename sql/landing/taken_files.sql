-- One row is one file of these days that has been loaded or quarantined and needs no further load, with its size.
-- Excludes withdrawn files, and files of something incomplete that a later file may complete. Parameters: days.

select
    source_file_path,
    size_bytes
from landing.files
where
    landed_on = any(%(days)s::date[])
    and withdrawn_at is null
    and is_settled;
