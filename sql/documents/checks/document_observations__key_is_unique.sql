-- A file says one thing of a document.

select
    o.document_id,
    o.source_file_path,
    count(*) as times
from documents.document_observations as o
where
    o.organization_id = any(array(select organization_id from tenancy.organizations))
    and o.landed_on >= %(window_start)s::date
    and o.landed_on < %(window_end)s::date
group by o.organization_id, o.document_id, o.source_file_path
having count(*) > 1
