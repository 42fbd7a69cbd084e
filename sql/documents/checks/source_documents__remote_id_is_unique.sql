-- A source's document is one row.

select
    d.source,
    d.remote_document_id,
    count(*) as times
from documents.source_documents as d
group by d.organization_id, d.source, d.remote_document_id
having count(*) > 1
