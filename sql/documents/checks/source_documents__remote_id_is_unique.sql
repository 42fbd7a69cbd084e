-- A source's document id is one document. One row is an id with several documents.

select
    d.source,
    d.remote_document_id,
    count(*) as documents
from documents.source_documents as d
group by d.organization_id, d.source, d.remote_document_id
having count(*) > 1
