-- One row is one document that was published by the end of a day, as the newest file of that time describes it.
-- A page in both the blog's export and its feed counts once: as the document whose sections were selected before, else
-- as the document of the export, whose sections are more reliable.
-- Reads waiting_channels: only their organizations matter. Parameters: selected_on (a date).

with known_documents as (
    select distinct on (o.organization_id, o.document_id)
        o.organization_id,
        o.document_id,
        o.is_published,
        o.facts
    from documents.document_observations as o
    where
        o.organization_id in (select organization_id from waiting_channels)
        and o.observed_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
    order by
        o.organization_id asc,
        o.document_id asc,
        o.observed_at desc,
        o.content_hash desc,
        o.source_file_path desc
),

published_documents as (
    select
        k.organization_id,
        k.document_id,
        k.facts,
        d.source,
        d.remote_document_id,
        coalesce((k.facts ->> 'published_at')::timestamptz, d.first_seen_at) as published_at,
        coalesce(k.facts ->> 'url', k.document_id) as page
    from known_documents as k
    inner join documents.source_documents as d
        on k.organization_id = d.organization_id and k.document_id = d.document_id
    where k.is_published
)

select distinct on (d.organization_id, d.page) d.*
from published_documents as d
where d.published_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
order by
    d.organization_id asc,
    d.page asc,
    exists (
        select
        from content.section_selections as s
        inner join documents.source_sections as t
            on s.organization_id = t.organization_id and s.section_id = t.section_id
        where s.organization_id = d.organization_id and t.document_id = d.document_id
    ) desc,
    d.source = 'blog_posts' desc,
    d.source asc,
    d.remote_document_id asc
