-- A section key is one section of a document. One row is a key with several sections.

select
    s.document_id,
    s.section_key,
    count(*) as sections
from documents.source_sections as s
group by s.organization_id, s.document_id, s.section_key
having count(*) > 1
