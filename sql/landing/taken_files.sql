-- One row is one landed file of these days that needs no further load, into tables or into quarantine, with its size.
-- Left out are withdrawn files, and files of something incomplete that a later file may complete.
-- Parameters: days.

select
    source_file_path,
    size_bytes
from landing.files
where
    landed_on = any(%(days)s::date[])
    and withdrawn_at is null
    and is_settled;
