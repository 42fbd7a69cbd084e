-- The temporary tables of every load: the files it read, the day's withdrawn files, what it could not load, and the
-- organizations whose month is archived. They are dropped with its transaction.

create temporary table staged_files (
    organization_id text not null,
    source text not null,
    source_file_path text not null,
    landed_on date not null,
    content_hash bytea not null,
    size_bytes bigint not null,
    observed_at timestamptz,
    observed_at_source landing.observation_time_source,
    tracked_username text,
    items integer not null,
    items_quarantined integer not null,
    adapter_version integer,
    run_id text,
    is_settled boolean not null default true,
    is_withdrawn boolean not null default false
) on commit drop;

comment on column staged_files.is_withdrawn is
'True for a withdrawn file that is no longer in the zone: the merge removes everything loaded from it.';

create temporary table withdrawn_files (
    organization_id text not null,
    source text not null,
    source_file_path text not null
) on commit drop;

comment on table withdrawn_files is
'One row is one withdrawn file of the day, including files that have landed again under the same path.';

create temporary table staged_quarantine (
    organization_id text not null,
    source text not null,
    landed_on date not null,
    source_file_path text not null,
    position integer,
    reason text not null,
    payload bytea not null,
    payload_bytes bigint not null,
    adapter_version integer,
    run_id text
) on commit drop;

create temporary table closed_organizations (organization_id text not null) on commit drop;

comment on table closed_organizations is
'One row is one organization whose rows of the day are archived: a load leaves them alone.';
