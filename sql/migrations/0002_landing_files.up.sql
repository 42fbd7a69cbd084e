-- Landing: the ledger of landed files, and the quarantine of what could not be loaded from them.

create schema landing authorization syndication_owner;

set local role syndication_owner;

grant usage on schema landing to syndication_pipeline, syndication_reader;

create sequence landing.quarantine_id_sequence as bigint maxvalue 4294967295;
create sequence landing.landed_file_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema landing to syndication_pipeline;

create type landing.observation_time_source as enum ('file_name', 'meta', 'noon');
comment on type landing.observation_time_source is
'Where the observation time of a file comes from.
file_name: from the file name
meta: from observed_at in the file''s .meta.json
noon: neither has a time: noon UTC of the landing day';

create table landing.files (
    organization_id text not null references tenancy.organizations on delete cascade,
    landed_file_id text not null default tenancy.public_id('fil', nextval('landing.landed_file_id_sequence'))
        check (landed_file_id ~ '^fil-[0-9a-f]{8}$'),
    source_file_path text not null,
    source text not null,
    landed_on date not null,
    content_hash bytea not null,
    size_bytes bigint not null,
    observed_at timestamptz,
    observed_at_source landing.observation_time_source,
    tracked_username text,
    items integer not null default 0,
    items_quarantined integer not null default 0,
    adapter_version integer,
    run_id text,
    first_loaded_at timestamptz not null default now(),
    is_settled boolean not null default true,
    withdrawn_at timestamptz,
    withdrawn_reason text check (withdrawn_reason <> ''),
    primary key (organization_id, source_file_path),
    unique (organization_id, landed_file_id),
    check ((withdrawn_at is null) = (withdrawn_reason is null))
);

comment on table landing.files is
'One row is one landed file as it was last loaded: the ledger that loads are checked against. A withdrawn file keeps '
'its row; rematerializing its day removes everything loaded from it.';
comment on column landing.files.landed_file_id is
'Public id, such as fil-0a1b2c3d. Snapshots refer to it, because a path would take a quarter of their size.';
comment on column landing.files.source_file_path is 'Path relative to the root of the landing zone.';
comment on column landing.files.source is 'Input shape, the second folder of the path; selects the adapter.';
comment on column landing.files.landed_on is 'UTC day of the folder: the partition that loads the file.';
comment on column landing.files.content_hash is 'BLAKE2b-128 of the uncompressed content; empty if never read.';
comment on column landing.files.size_bytes is 'Size in bytes as landed, before decompression.';
comment on column landing.files.observed_at is
'When the numbers of the file were true; NULL if the file could not be read.';
comment on column landing.files.observed_at_source is
'Where observed_at comes from; NULL if the file could not be read.';
comment on column landing.files.tracked_username is
'The profile that the file was scraped for: by its companion, its items, or a file name that an item or the list of '
'tracked profiles confirms; NULL if none is known.';
comment on column landing.files.items is 'Number of loaded items.';
comment on column landing.files.items_quarantined is 'Number of rejected items, or 1 for the whole file.';
comment on column landing.files.adapter_version is
'Version of the adapter that read the file last; NULL without an adapter for the source.';
comment on column landing.files.is_settled is
'False if the file belongs to something incomplete that a later file may complete, such as a rejected catalogue '
'snapshot.';
comment on column landing.files.first_loaded_at is
'When the file was first loaded, or when it was withdrawn before any load.';
comment on column landing.files.withdrawn_at is
'When the file was withdrawn; NULL if it never was, or if it has landed and loaded again since.';
comment on column landing.files.withdrawn_reason is
'Reason given for the withdrawal; NULL like withdrawn_at.';

comment on column landing.files.run_id is
'The download run that last loaded the file; NULL if it was withdrawn before any load, or for rooms without download '
'runs.';

create index files_landed_on on landing.files (landed_on);

-- Withdrawing a file and landing it again are human decisions: the audit log keeps the actor, the time and both rows.
create trigger files_withdrawal_audit after update on landing.files
for each row when (old.withdrawn_at is distinct from new.withdrawn_at) execute function tenancy.write_audit_log();
create trigger files_withdrawal_before_load_audit after insert on landing.files
for each row when (new.withdrawn_at is not null) execute function tenancy.write_audit_log();

create table landing.quarantine (
    organization_id text not null references tenancy.organizations on delete cascade,
    quarantine_id text not null default tenancy.public_id('qrt', nextval('landing.quarantine_id_sequence'))
        check (quarantine_id ~ '^qrt-[0-9a-f]{8}$'),
    source text not null,
    landed_on date not null,
    source_file_path text not null,
    position integer check (position >= 0),
    reason text not null check (reason <> ''),
    payload bytea,
    payload_bytes bigint not null,
    adapter_version integer,
    run_id text,
    quarantined_at timestamptz not null default now(),
    replayed_at timestamptz,
    closed_at timestamptz,
    closed_by text check (closed_by <> ''),
    closed_reason text check (closed_reason <> ''),
    primary key (organization_id, quarantine_id),
    unique nulls not distinct (organization_id, source_file_path, position),
    check (num_nulls(closed_at, closed_by, closed_reason) in (0, 3))
);

comment on table landing.quarantine is
'One row is one item (or one whole file, position NULL) that could not be loaded, with its raw bytes.';
comment on column landing.quarantine.quarantine_id is 'Public id, such as qrt-0a1b2c3d.';
comment on column landing.quarantine.source is 'Input shape of the file, the second folder of its path.';
comment on column landing.quarantine.landed_on is 'UTC day of the folder: the partition to materialize again.';
comment on column landing.quarantine.source_file_path is 'Path relative to the root of the landing zone.';
comment on column landing.quarantine.position is 'Position of the item in the file, from 0; NULL for the whole file.';
comment on column landing.quarantine.reason is 'Why the item or file was rejected; never quotes the payload.';
comment on column landing.quarantine.payload_bytes is 'Full length of the rejected payload in bytes.';
comment on column landing.quarantine.adapter_version is
'Version of the adapter that rejected the item; NULL without an adapter for the source.';
comment on column landing.quarantine.run_id is
'The download run that rejected the item; NULL for rooms without download runs.';
comment on column landing.quarantine.quarantined_at is 'When the item was last rejected.';
comment on column landing.quarantine.replayed_at is
'When the item was loaded after all, or its file was withdrawn; NULL if it never was.';
comment on column landing.quarantine.closed_at is
'When a person decided that nobody will load the item; NULL if nobody did, or if the item has changed since.';
comment on column landing.quarantine.closed_by is 'The person who closed the item; NULL like closed_at.';
comment on column landing.quarantine.closed_reason is 'Reason given for closing the item; NULL like closed_at.';

comment on column landing.quarantine.payload is
'Raw bytes of the item, cut at 1 MiB; the landed file has the rest.';

create index quarantine_open on landing.quarantine (organization_id, landed_on)
where replayed_at is null and closed_at is null;

-- Closing an item is a human decision: the audit log keeps the actor, the time and both rows.
create trigger quarantine_closing_audit after update on landing.quarantine
for each row when (old.closed_at is distinct from new.closed_at) execute function tenancy.write_audit_log();
select tenancy.protect_tenant_table('landing.files');
select tenancy.protect_tenant_table('landing.quarantine');
