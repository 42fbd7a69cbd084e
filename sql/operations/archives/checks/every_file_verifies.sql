-- Every archive was as it was written when it was last read. One row is an archive that was missing or damaged: put its
-- file back from a copy, then run `syndication archive verify`.

select
    organization_id,
    table_name,
    month,
    path,
    problem
from operations.archives
where problem is not null
