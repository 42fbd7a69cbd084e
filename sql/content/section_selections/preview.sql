-- One row is one of the newest selections of some days, as the UI shows it.
-- Parameters: window_start, window_end (dates, the end exclusive).

select
    s.selected_on as day,
    s.platform || '/' || s.channel_type as channel,
    d.title as document,
    t.heading as section,
    s.attempt,
    s.sections_left as "sections left"
from content.section_selections as s
inner join documents.source_sections as t
    on s.organization_id = t.organization_id and s.section_id = t.section_id
inner join documents.source_documents as d
    on t.organization_id = d.organization_id and t.document_id = d.document_id
where s.selected_on >= %(window_start)s::date and s.selected_on < %(window_end)s::date
order by s.selected_on desc, s.organization_id asc, s.platform asc, s.channel_type asc
limit 20
