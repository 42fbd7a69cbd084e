-- Operations, third part: the record of backups and of the restores that proved them.

set local role syndication_owner;

create sequence operations.backup_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence operations.backup_id_sequence to syndication_pipeline;

create table operations.backups (
    backup_id text primary key default tenancy.public_id('bkp', nextval('operations.backup_id_sequence'))
        check (backup_id ~ '^bkp-[0-9a-f]{8}$'),
    backup_name text not null unique,
    url text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    size_bytes bigint not null check (size_bytes > 0),
    manifest_hash text not null check (manifest_hash ~ '^[0-9a-f]{64}$'),
    newest_migration text not null,
    removed_at timestamptz,
    proven_at timestamptz,
    is_proven boolean,
    restore_seconds numeric(10, 1) check (restore_seconds >= 0),
    proof_problem text,
    check (finished_at >= started_at),
    check ((proven_at is null) = (is_proven is null)),
    check (not is_proven or num_nonnulls(restore_seconds) = 1),
    check (num_nonnulls(proof_problem) = case when not is_proven then 1 else 0 end)
);

comment on table operations.backups is
'One row is one complete backup, with the outcome of the newest attempt to restore it into a scratch server. The '
'backup itself is in the folder; a backup without a row gets one when it is proven.';
comment on column operations.backups.backup_id is 'Public id, such as bkp-0a1b2c3d.';
comment on column operations.backups.backup_name is
'Name of its folder: the UTC time at which the backup was begun, and four random digits.';
comment on column operations.backups.url is 'Place of the folder: a directory, or a URL without a password.';
comment on column operations.backups.started_at is
'When the backup was begun. It contains every transaction that was committed before.';
comment on column operations.backups.finished_at is 'When its last file was complete.';
comment on column operations.backups.size_bytes is 'Size of its files in bytes.';
comment on column operations.backups.manifest_hash is
'SHA-256 of its manifest, which has the hashes of the other files; hexadecimal.';
comment on column operations.backups.newest_migration is 'The newest migration of the database, by its name.';
comment on column operations.backups.removed_at is
'When it was removed, because enough newer backups are kept; NULL as long as it is there.';
comment on column operations.backups.proven_at is 'When its newest proof ended; NULL if it was never restored.';
comment on column operations.backups.is_proven is
'Whether the newest proof restored the same rows, constraints and rights; NULL if it was never restored.';
comment on column operations.backups.restore_seconds is
'Seconds that the restore of the newest proof took; NULL if nothing was restored.';
comment on column operations.backups.proof_problem is 'What the newest proof found; NULL if it found nothing.';

grant select, insert, update on operations.backups to syndication_pipeline;
