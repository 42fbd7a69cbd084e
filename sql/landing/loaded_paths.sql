-- One row is one file of a day from which items were loaded: it must still be in the landing zone unless it is
-- withdrawn. A file without loaded items may be removed or renamed. Parameters: day, sources.

select source_file_path
from landing.files
where
    landed_on = %(day)s::date
    and source = any(%(sources)s::text[])
    and items > 0
    and withdrawn_at is null;
