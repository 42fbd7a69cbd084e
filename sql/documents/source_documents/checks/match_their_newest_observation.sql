-- A document that was observed on the days of the run matches its newest observation of any day. One row is a document
-- that does not. Materialize the day of its newest observation again.

select
    d.document_id,
    d.observed_at,
    newest.observed_at as newest_observed_at
from documents.source_documents as d
inner join lateral (
    select
        o.observed_at,
        o.content_hash,
        o.is_published,
        o.facts
    from documents.document_observations as o
    where o.organization_id = d.organization_id and o.document_id = d.document_id
    order by o.observed_at desc, o.content_hash desc, o.source_file_path desc
    limit 1
) as newest on true
where
    exists (
        select
        from documents.document_observations as o
        where
            o.organization_id = d.organization_id
            and o.document_id = d.document_id
            and o.landed_on >= %(window_start)s::date
            and o.landed_on < %(window_end)s::date
    )
    and (d.content_hash, d.is_published, d.observed_at, d.title, d.url)
    is distinct from (
        newest.content_hash,
        newest.is_published,
        newest.observed_at,
        newest.facts ->> 'title',
        newest.facts ->> 'url'
    )
