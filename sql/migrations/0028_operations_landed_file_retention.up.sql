-- Retention of landed files: those of archived months move to a colder place or go, and a manifest says which.

set local role syndication_owner;

create type landing.left_file_action as enum ('archive', 'delete');
comment on type landing.left_file_action is
'What happened to a landed file that was kept long enough.
archive: it is in the colder place, from which it can return
delete: it is gone';

create table landing.left_files (
    organization_id text not null,
    source_file_path text not null,
    action landing.left_file_action not null,
    content_hash bytea not null check (length(content_hash) = 16),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null check (size_bytes >= 0),
    has_companion boolean not null,
    left_at timestamptz not null default now(),
    primary key (organization_id, source_file_path),
    foreign key (organization_id, source_file_path) references landing.files on update cascade on delete cascade
);

comment on table landing.left_files is
'One row is one landed file that left the landing zone because it was kept long enough. A file that returns loses its '
'row.';
comment on column landing.left_files.source_file_path is
'Its path in the landing zone, and in the colder place; refers to files.';
comment on column landing.left_files.action is 'Whether it can return.';
comment on column landing.left_files.content_hash is 'BLAKE2b-128 of the uncompressed content, as in the ledger.';
comment on column landing.left_files.sha256 is 'SHA-256 of the file as it was stored.';
comment on column landing.left_files.size_bytes is 'Size in bytes as it was stored.';
comment on column landing.left_files.has_companion is 'Whether its .meta.json left with it.';
comment on column landing.left_files.left_at is 'When it left.';

select tenancy.protect_tenant_table('landing.left_files');

-- Nobody changed these rows.
alter table operations.retention_subjects disable trigger retention_subjects_changes;
insert into operations.retention_subjects (subject, table_name, time_column, actions, action, description) values
('landing.raw_files', null, null, '{archive,delete}', 'archive',
    'Landed files of posts whose month is archived, in snapshots and payloads: moved to a colder place, or deleted.');
alter table operations.retention_subjects enable trigger retention_subjects_changes;
