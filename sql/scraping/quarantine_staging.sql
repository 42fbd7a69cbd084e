-- The temporary tables of what a load of another room has read and could not load; they go with its transaction.

create temporary table staged_files (
    organization_id text not null,
    source_file_path text not null
) on commit drop;

create temporary table staged_quarantine (
    organization_id text not null,
    source text not null,
    landed_on date not null,
    source_file_path text not null,
    position integer,
    reason text not null,
    payload bytea not null,
    payload_bytes bigint not null,
    adapter_version integer
) on commit drop;
