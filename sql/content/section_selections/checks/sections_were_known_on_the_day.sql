-- Every selected section was in a file, and its document published, by the end of the day of the selection.

select
    s.section_selection_id,
    s.selected_on,
    s.section_id
from content.section_selections as s
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and not exists (
        select
        from documents.source_sections as t
        inner join documents.source_documents as d
            on t.organization_id = d.organization_id and t.document_id = d.document_id
        where
            t.organization_id = s.organization_id
            and t.section_id = s.section_id
            and d.first_seen_at < (s.selected_on + 1)::timestamp at time zone 'utc'
            and coalesce(d.published_at, d.first_seen_at) < (s.selected_on + 1)::timestamp at time zone 'utc'
    )
