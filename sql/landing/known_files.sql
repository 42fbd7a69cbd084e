-- One row is one file of a day that was loaded or quarantined before and is not withdrawn, of the organizations whose
-- month is archived. Parameters: day, organizations (ids).

select source_file_path
from landing.files
where
    landed_on = %(day)s::date
    and organization_id = any(%(organizations)s::text[])
    and withdrawn_at is null;
