-- Operations: backups are read again every day, and copied to a second place.

set local role syndication_owner;

alter table operations.backups
add column verified_at timestamptz,
add column damage text,
add column copy_url text,
add column copied_at timestamptz,
add column copy_verified_at timestamptz,
add column copy_damage text,
add column copy_removed_at timestamptz,
add constraint backups_damage_was_seen check (num_nonnulls(damage) <= num_nonnulls(verified_at)),
add constraint backups_copy_has_a_place check (num_nonnulls(copy_url) = num_nonnulls(copied_at)),
add constraint backups_copy_was_verified check (num_nonnulls(copy_verified_at) = num_nonnulls(copied_at)),
add constraint backups_no_copy_has_no_state check (
    num_nonnulls(copied_at) = 1 or num_nonnulls(copy_damage, copy_removed_at) = 0
);

comment on column operations.backups.verified_at is
'When all of its files were last read again; NULL if they never were.';
comment on column operations.backups.damage is 'What was wrong with its files then; NULL if nothing was.';
comment on column operations.backups.copy_url is 'The second place, which has a copy of it; NULL if it was not copied.';
comment on column operations.backups.copied_at is 'When the copy was complete; NULL if it was not copied.';
comment on column operations.backups.copy_verified_at is
'When all files of the copy were last read again, which copying itself does; NULL if it was not copied.';
comment on column operations.backups.copy_damage is
'What was wrong with the files of the copy then; NULL if nothing was. A damaged copy is made again.';
comment on column operations.backups.copy_removed_at is
'When the copy was removed, because enough newer ones are kept; NULL as long as it is there.';

alter table tenancy.settings disable trigger settings_changes;

insert into tenancy.settings
(
    setting, data_type, default_value, minimum, maximum, choices, pattern, is_of_organizations, is_encrypted,
    is_read_only, description
)
values
(
    'backups.copy_url', 'text', null, null, null, null,
    '^(/[^[:space:]]*|[a-z][a-z0-9+.-]*://([^:/@[:space:]]+@)?[^@[:space:]]+)$', false, false, false,
    'The second place of backups, as a directory or a URL without a password; none for no copies.'
),
(
    'backups.days_between_proofs', 'integer', '1', 1, 14, null, null, false, false, false,
    'After how many days the newest backup is restored again to prove it.'
);

alter table tenancy.settings enable trigger settings_changes;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;

insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('backup_damaged', 'backups', 24, 'A file of a backup, or of its copy, is missing or was changed.'),
('backup_unverified', 'days', 24, 'The files of the backups were not read again lately.'),
('backup_copy_old', 'days', 24, 'The second place of backups has no recent one.');

insert into operations.condition_levels (kind, severity, threshold) values
('backup_damaged', 'error', 1),
('backup_unverified', 'warning', 3),
('backup_copy_old', 'warning', 2),
('backup_copy_old', 'error', 4);

alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
