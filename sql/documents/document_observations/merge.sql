-- One row is one document as one landed file describes it. The newest row describes the document, so a day may be
-- loaded late, again, or after one of its files was withdrawn. A re-run changes nothing.
-- Parameters: day (the date of the folder that was read), sources. Returns the numbers of rows written (new or
-- changed), of rows removed and of documents that they belong to.

insert into documents.source_documents (
    organization_id, source, remote_document_id, title, content_hash, observed_at, first_seen_at
)
select distinct on (organization_id, source, remote_document_id)
    organization_id,
    source,
    remote_document_id,
    facts ->> 'title',
    '',
    observed_at,
    observed_at
from staged_documents
order by organization_id asc, source asc, remote_document_id asc, observed_at desc
on conflict (organization_id, source, remote_document_id) do nothing;

with staged as (
    select
        d.document_id,
        s.*
    from staged_documents as s
    inner join documents.source_documents as d
        on
            s.organization_id = d.organization_id
            and s.source = d.source
            and s.remote_document_id = d.remote_document_id
),

removed_rows as (
    delete from documents.document_observations as o
    using documents.source_documents as d
    where
        o.organization_id = any(array(select organization_id from tenancy.organizations))
        and o.landed_on = %(day)s::date
        and o.organization_id = d.organization_id
        and o.document_id = d.document_id
        and d.source = any(%(sources)s)
        and not exists (
            select
            from staged as s
            where
                s.organization_id = o.organization_id
                and s.document_id = o.document_id
                and s.source_file_path = o.source_file_path
        )
    returning o.organization_id, o.document_id
),

written_rows as (
    insert into documents.document_observations as o (
        organization_id, document_id, source_file_path, position, landed_on, observed_at, is_published, content_hash,
        facts
    )
    select
        organization_id,
        document_id,
        source_file_path,
        position,
        %(day)s::date,
        observed_at,
        is_published,
        content_hash,
        facts
    from staged
    on conflict (organization_id, document_id, source_file_path) do update set
        position = excluded.position,
        observed_at = excluded.observed_at,
        is_published = excluded.is_published,
        content_hash = excluded.content_hash,
        facts = excluded.facts
    where
        (o.position, o.observed_at, o.is_published, o.content_hash)
        is distinct from (excluded.position, excluded.observed_at, excluded.is_published, excluded.content_hash)
    returning o.organization_id, o.document_id
),

changed as (
    insert into changed_documents (organization_id, document_id)
    select
        organization_id,
        document_id
    from written_rows
    union
    select
        organization_id,
        document_id
    from removed_rows
    returning document_id
)

select
    (select count(*) from written_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed,
    (select count(*) from changed) as documents_changed;
