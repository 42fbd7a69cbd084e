-- The active sections of a document have the places from 0 without a gap, each once.

select
    s.document_id,
    s.section_id,
    s.position,
    s.place
from (
    select
        document_id,
        section_id,
        position,
        row_number() over (partition by organization_id, document_id order by position, section_id) - 1 as place
    from documents.source_sections
    where is_active
) as s
where s.position <> s.place
