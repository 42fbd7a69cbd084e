-- A document has one section of a key.

select
    s.document_id,
    s.section_key,
    count(*) as times
from documents.source_sections as s
group by s.organization_id, s.document_id, s.section_key
having count(*) > 1
