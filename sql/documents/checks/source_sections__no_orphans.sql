-- Every section belongs to an existing document. One row is a section without its document.

select
    s.section_id,
    s.document_id
from documents.source_sections as s
left join documents.source_documents as d
    on s.organization_id = d.organization_id and s.document_id = d.document_id
where d.document_id is null
