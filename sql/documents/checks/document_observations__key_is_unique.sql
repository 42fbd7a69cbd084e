-- A file has one observation of a document. One row is a document and a file with several observations.

select
    o.document_id,
    o.source_file_path,
    count(*) as observations
from documents.document_observations as o
where
    o.organization_id = any(array(select organization_id from tenancy.organizations))
    and o.landed_on >= %(window_start)s::date
    and o.landed_on < %(window_end)s::date
group by o.organization_id, o.document_id, o.source_file_path
having count(*) > 1
