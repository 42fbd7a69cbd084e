-- The temporary tables of one load of documents. They are dropped at the end of its transaction.

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

-- One row is one document whose observations this load wrote or removed.
create temporary table changed_documents (
    organization_id text not null,
    document_id text not null,
    primary key (organization_id, document_id)
) on commit drop;
