-- The temporary tables that one load of documents fills with COPY; they go with its transaction.

create temporary table staged_documents (
    organization_id text not null,
    source text not null,
    remote_document_id text not null,
    source_file_path text not null,
    position integer not null,
    observed_at timestamptz not null,
    is_published boolean not null,
    content_hash bytea not null,
    facts jsonb not null
) on commit drop;

-- One row is one document of which this load has learned, or unlearned, something.
create temporary table changed_documents (
    organization_id text not null,
    document_id text not null,
    primary key (organization_id, document_id)
) on commit drop;
