-- Landing: the ledger of landed files, and what could not be loaded from them.

create schema landing authorization syndication_owner;

set local role syndication_owner;

grant usage on schema landing to syndication_pipeline, syndication_reader;

create sequence landing.quarantine_id_sequence as bigint maxvalue 4294967295;
create sequence landing.landed_file_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema landing to syndication_pipeline;

-- Where the time of an observation comes from.
create type landing.observation_time_source as enum (
    'file_name', -- the scraper wrote it into the file's name
    'meta',      -- the file's .meta.json says it
    'noon'       -- nothing says it: noon UTC of the landing day
);

create table landing.files (
    organization_id text not null references tenancy.organizations on delete cascade,
    landed_file_id text not null default tenancy.public_id('fil', nextval('landing.landed_file_id_sequence'))
        check (landed_file_id like 'fil-________'),
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
'One row is one landed file as it was last loaded: the ledger that a load is held against. A file that somebody took '
'back keeps its row; its rows elsewhere go with the next load of its day.';
comment on column landing.files.landed_file_id is
'Public id, fil-…. Snapshots refer to it: a path in each of them would be a quarter of their size.';
comment on column landing.files.source_file_path is 'Path in the landing zone.';
comment on column landing.files.source is 'The input shape.';
comment on column landing.files.landed_on is 'The day of the folder: the partition.';
comment on column landing.files.content_hash is 'BLAKE2b-128 of the unpacked content; empty if never read.';
comment on column landing.files.size_bytes is 'Size as landed.';
comment on column landing.files.observed_at is
'When its numbers were true; NULL if the file could not be read.';
comment on column landing.files.observed_at_source is 'What says so.';
comment on column landing.files.tracked_username is 'The profile it was scraped for, from its name.';
comment on column landing.files.items is 'Items that were loaded.';
comment on column landing.files.items_quarantined is 'Items, or 1 for the whole file, that were not.';
comment on column landing.files.adapter_version is 'The version of the adapter that read it.';
comment on column landing.files.is_settled is
'False: the file was read, and belongs to something incomplete that a later file may complete, such as a rejected '
'catalogue snapshot.';
comment on column landing.files.first_loaded_at is
'When it was loaded first, or withdrawn before any load.';
comment on column landing.files.withdrawn_at is
'When somebody took the file back; NULL again when it has landed and was loaded anew.';
comment on column landing.files.withdrawn_reason is 'Why, in the words of who did it.';

comment on column landing.files.run_id is
'The run that loaded it last; NULL if it was withdrawn before any load.';

create index files_landed_on on landing.files (landed_on);

-- Taking a file back, and landing it again, is somebody's decision: the log has who, when and what the ledger said.
create trigger files_withdrawal_audit after update on landing.files
for each row when (old.withdrawn_at is distinct from new.withdrawn_at) execute function tenancy.write_audit_log();
create trigger files_withdrawal_before_load_audit after insert on landing.files
for each row when (new.withdrawn_at is not null) execute function tenancy.write_audit_log();

create table landing.quarantine (
    organization_id text not null references tenancy.organizations on delete cascade,
    quarantine_id text not null default tenancy.public_id('qrt', nextval('landing.quarantine_id_sequence'))
        check (quarantine_id like 'qrt-________'),
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
    primary key (organization_id, quarantine_id),
    unique nulls not distinct (organization_id, source_file_path, position)
);

comment on table landing.quarantine is
'One row is one item (or one whole file, position NULL) that could not be loaded, with the raw bytes.';
comment on column landing.quarantine.quarantine_id is 'Public id, qrt-….';
comment on column landing.quarantine.source is 'The input shape.';
comment on column landing.quarantine.landed_on is 'The day of the folder: the partition.';
comment on column landing.quarantine.source_file_path is 'Path in the landing zone.';
comment on column landing.quarantine.position is 'Place in the file, from 0; NULL for the whole file.';
comment on column landing.quarantine.reason is 'Why it could not be loaded.';
comment on column landing.quarantine.payload_bytes is 'Full length of what was rejected.';
comment on column landing.quarantine.adapter_version is 'The version of the adapter that rejected it.';
comment on column landing.quarantine.run_id is 'The run that rejected it.';
comment on column landing.quarantine.quarantined_at is 'When it was rejected last.';
comment on column landing.quarantine.replayed_at is
'When it could be loaded after all, or its file was withdrawn; NULL while it waits.';

comment on column landing.quarantine.payload is
'The raw bytes, cut at 1 MiB (payload_bytes is the full length; the landed file holds the rest).';

create index quarantine_open on landing.quarantine (organization_id, landed_on) where replayed_at is null;
select tenancy.protect_tenant_table('landing.files');
select tenancy.protect_tenant_table('landing.quarantine');
