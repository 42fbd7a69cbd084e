-- Every active section has a text without markup. One row is a section with an empty text, or with HTML tags in it.

select
    s.section_id,
    s.document_id
from documents.source_sections as s
where s.is_active and (s.text_content !~ '\S' or s.text_content ~* '</?(p|div|br|script|style|span|h[1-6])[ />]')
