-- The schema of the room `landing`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema landing authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Where the observation time of a file comes from.
create type landing.observation_time_source as enum (
    'file_name',  -- from the file name
    'meta',       -- from observed_at in the file's .meta.json
    'noon'        -- neither has a time: noon UTC of the landing day
);

-- What happened to a landed file that was kept long enough.
create type landing.left_file_action as enum (
    'archive',  -- it is in the colder place, from which it can return
    'delete'    -- it is gone
);

-- One row is one landed file as it was last loaded: the ledger that loads are checked against. A withdrawn file keeps
-- its row; rematerializing its day removes everything loaded from it.
create table landing.files (
    organization_id text not null,                 -- Organization that owns the row: first column of every key, and
                                                   -- checked by row-level security.
    landed_file_id text not null default tenancy.public_id('fil', nextval('landing.landed_file_id_sequence')),
                                                   -- Public id, such as fil-0a1b2c3d. Snapshots refer to it, because a
                                                   -- path would take a quarter of their size.
    source_file_path text not null,                -- Path relative to the root of the landing zone.
    source text not null,                          -- Input shape, the second folder of the path; selects the adapter.
    landed_on date not null,                       -- UTC day of the folder: the partition that loads the file.
    content_hash bytea not null,                   -- BLAKE2b-128 of the uncompressed content; empty if never read.
    size_bytes bigint not null,                    -- Size in bytes as landed, before decompression.
    observed_at timestamptz,                       -- When the numbers of the file were true; NULL if the file could not
                                                   -- be read.
    observed_at_source landing.observation_time_source,
                                                   -- Where observed_at comes from; NULL if the file could not be read.
    tracked_username text,                         -- The profile that the file was scraped for: by its companion, its
                                                   -- items, or a file name that an item or the list of tracked profiles
                                                   -- confirms; NULL if none is known.
    items integer not null default 0,              -- Number of loaded items.
    items_quarantined integer not null default 0,  -- Number of rejected items, or 1 for the whole file.
    adapter_version integer,                       -- Version of the adapter that read the file last; NULL without an
                                                   -- adapter for the source.
    run_id text,                                   -- The download run that last loaded the file; NULL if it was
                                                   -- withdrawn before any load, or for rooms without download runs.
    first_loaded_at timestamptz not null default now(),
                                                   -- When the file was first loaded, or when it was withdrawn before
                                                   -- any load.
    is_settled boolean not null default true,      -- False if the file belongs to something incomplete that a later
                                                   -- file may complete, such as a rejected catalogue snapshot.
    withdrawn_at timestamptz,                      -- When the file was withdrawn; NULL if it never was, or if it has
                                                   -- landed and loaded again since.
    withdrawn_reason text,                         -- Reason given for the withdrawal; NULL like withdrawn_at.

    primary key (organization_id, source_file_path),
    unique (organization_id, landed_file_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, run_id) references scraping.download_runs (organization_id, run_id),
    check (landed_file_id ~ '^fil-[0-9a-f]{8}$'),
    check (withdrawn_reason <> ''),
    check ((withdrawn_at is null) = (withdrawn_reason is null))
);
create index files_landed_on on landing.files (landed_on);
create index files_run on landing.files (organization_id, run_id);
create trigger files_withdrawal_audit after update on landing.files for each row when (old.withdrawn_at is distinct
    from new.withdrawn_at) execute function tenancy.write_audit_log();
create trigger files_withdrawal_before_load_audit after insert on landing.files for each row
    when (new.withdrawn_at is not null) execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one item (or one whole file, position NULL) that could not be loaded, with its raw bytes.
create table landing.quarantine (
    organization_id text not null,   -- Organization that owns the row: first column of every key, and checked by
                                     -- row-level security.
    quarantine_id text not null default tenancy.public_id('qrt', nextval('landing.quarantine_id_sequence')),
                                     -- Public id, such as qrt-0a1b2c3d.
    source text not null,            -- Input shape of the file, the second folder of its path.
    landed_on date not null,         -- UTC day of the folder: the partition to materialize again.
    source_file_path text not null,  -- Path relative to the root of the landing zone.
    position integer,                -- Position of the item in the file, from 0; NULL for the whole file.
    reason text not null,            -- Why the item or file was rejected; never quotes the payload.
    payload bytea,                   -- Raw bytes of the item, cut at 1 MiB; the landed file has the rest.
    payload_bytes bigint not null,   -- Full length of the rejected payload in bytes.
    adapter_version integer,         -- Version of the adapter that rejected the item; NULL without an adapter for the
                                     -- source.
    run_id text,                     -- The download run that rejected the item; NULL for rooms without download runs.
    quarantined_at timestamptz not null default now(),
                                     -- When the item was last rejected.
    replayed_at timestamptz,         -- When the item was loaded after all, or its file was withdrawn; NULL if it never
                                     -- was.
    closed_at timestamptz,           -- When a person decided that nobody will load the item; NULL if nobody did, or if
                                     -- the item has changed since.
    closed_by text,                  -- The person who closed the item; NULL like closed_at.
    closed_reason text,              -- Reason given for closing the item; NULL like closed_at.

    primary key (organization_id, quarantine_id),
    unique nulls not distinct (organization_id, source_file_path, "position"),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (quarantine_id ~ '^qrt-[0-9a-f]{8}$'),
    check ("position" >= 0),
    check (reason <> ''),
    check (closed_by <> ''),
    check (closed_reason <> ''),
    check (num_nulls(closed_at, closed_by, closed_reason) in (0, 3))
);
create index quarantine_open on landing.quarantine (organization_id, landed_on) where replayed_at is null
    and closed_at is null;
create trigger quarantine_closing_audit after update on landing.quarantine for each row when (old.closed_at is distinct
    from new.closed_at) execute function tenancy.write_audit_log('payload');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one landed file that was changed or removed because a person was erased: beside the removal of secrets,
-- the only change that a landed file ever gets.
create table landing.redactions (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    erasure_id text not null,                     -- The erasure; refers to tenancy.person_erasures.
    source_file_path text not null,               -- Path of the file since then: a name of the person in it is replaced
                                                  -- by the id of the erasure.
    source text not null,                         -- Input shape of the file, the second folder of its path.
    landed_on date not null,                      -- UTC day of the folder.
    old_hash bytea not null,                      -- BLAKE2b-128 of the uncompressed content as it landed.
    new_hash bytea,                               -- BLAKE2b-128 of the content without the person; NULL if nothing was
                                                  -- left, and the file was removed.
    old_bytes bigint not null,                    -- Uncompressed size before.
    new_bytes bigint,                             -- Uncompressed size since; NULL like new_hash.
    begun_at timestamptz not null default now(),  -- When the change was recorded, before it was made.
    completed_at timestamptz,                     -- When file and ledger were changed; NULL before.

    primary key (organization_id, erasure_id, source_file_path),
    foreign key (organization_id, erasure_id) references tenancy.person_erasures (organization_id, erasure_id)
        on delete cascade,
    check (length(old_hash) = 16),
    check (length(new_hash) = 16),
    check (old_bytes >= 0),
    check (new_bytes >= 0),
    check ((new_hash is null) = (new_bytes is null))
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one landed file that left the landing zone because it was kept long enough. A file that returns loses its
-- row.
create table landing.left_files (
    organization_id text not null,               -- Organization that owns the row: first column of every key, and
                                                 -- checked by row-level security.
    source_file_path text not null,              -- Its path in the landing zone, and in the colder place; refers to
                                                 -- files.
    action landing.left_file_action not null,    -- Whether it can return.
    content_hash bytea not null,                 -- BLAKE2b-128 of the uncompressed content, as in the ledger.
    sha256 text not null,                        -- SHA-256 of the file as it was stored.
    size_bytes bigint not null,                  -- Size in bytes as it was stored.
    has_companion boolean not null,              -- Whether its .meta.json left with it.
    left_at timestamptz not null default now(),  -- When it left.

    primary key (organization_id, source_file_path),
    foreign key (organization_id, source_file_path) references landing.files (organization_id, source_file_path)
        on update cascade on delete cascade,
    check (length(content_hash) = 16),
    check (sha256 ~ '^[0-9a-f]{64}$'),
    check (size_bytes >= 0)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

create sequence landing.quarantine_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence landing.landed_file_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
