-- The positions of a document's active sections count up from 0 without gaps or repeats. One row is a section with
-- another position.

select
    s.document_id,
    s.section_id,
    s.position,
    s.expected_position
from (
    select
        document_id,
        section_id,
        position,
        row_number() over (partition by organization_id, document_id order by position, section_id) - 1
            as expected_position
    from documents.source_sections
    where is_active
) as s
where s.position <> s.expected_position
