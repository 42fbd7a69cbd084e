-- Every observation belongs to an existing document. One row is an observation without its document.

select
    o.document_id,
    o.source_file_path
from documents.document_observations as o
left join documents.source_documents as d
    on o.organization_id = d.organization_id and o.document_id = d.document_id
where
    o.organization_id = any(array(select organization_id from tenancy.organizations))
    and o.landed_on >= %(window_start)s::date
    and o.landed_on < %(window_end)s::date
    and d.document_id is null
