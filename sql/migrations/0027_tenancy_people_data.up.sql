-- Erasure of people whose posts were scraped: who must not come back, and which landed files were changed for it. And
-- which alerts a user prefers to get by mail.

set local role syndication_owner;

create type tenancy.erasure_action as enum ('erase', 'anonymise');
comment on type tenancy.erasure_action is
'What an erasure does to the posts of a person.
erase: posts and numbers go
anonymise: numbers stay without a name, under invented ids';

create sequence tenancy.erasure_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence tenancy.erasure_id_sequence to syndication_pipeline;

create table tenancy.person_erasures (
    organization_id text not null references tenancy.organizations on delete cascade,
    erasure_id text not null default tenancy.public_id('ers', nextval('tenancy.erasure_id_sequence'))
        check (erasure_id ~ '^ers-[0-9a-f]{8}$'),
    platform text not null check (platform <> ''),
    action tenancy.erasure_action not null,
    key_check bytea not null check (length(key_check) = 8),
    requested_by text not null,
    begun_at timestamptz not null default now(),
    days date[] not null default '{}',
    row_counts jsonb not null default '{}' check (jsonb_typeof(row_counts) = 'object'),
    purged_at timestamptz,
    completed_at timestamptz,
    primary key (organization_id, erasure_id),
    check (completed_at is null or purged_at is not null)
);

comment on table tenancy.person_erasures is
'One row is the erasure of one person whose profile and posts were scraped. It says nothing about the person.';
comment on column tenancy.person_erasures.erasure_id is
'Public id, such as ers-0a1b2c3d, which stands where the name of the person stood.';
comment on column tenancy.person_erasures.platform is 'Platform of the profile, such as linkedin.';
comment on column tenancy.person_erasures.action is 'Whether the numbers of the person went, too.';
comment on column tenancy.person_erasures.key_check is
'Tells whether SYNDICATION_ERASURE_KEY is the key of erased_identities.';
comment on column tenancy.person_erasures.requested_by is 'Who erased: tenancy.current_actor().';
comment on column tenancy.person_erasures.begun_at is 'When it began. From then on no load brings the person back.';
comment on column tenancy.person_erasures.days is
'UTC days that had rows of the person, and are computed again without them.';
comment on column tenancy.person_erasures.row_counts is
'Number of removed or changed rows by table: {"scraping.snapshots": 12}.';
comment on column tenancy.person_erasures.purged_at is 'When the rows were removed; NULL before.';
comment on column tenancy.person_erasures.completed_at is
'When days, samples and archives were without the person, too; NULL before.';

create table tenancy.erased_identities (
    organization_id text not null,
    identity_hash bytea not null check (length(identity_hash) = 32),
    erasure_id text not null,
    primary key (organization_id, identity_hash),
    foreign key (organization_id, erasure_id) references tenancy.person_erasures on delete cascade
);

create index erased_identities_erasure on tenancy.erased_identities (organization_id, erasure_id);

comment on table tenancy.erased_identities is
'One row is one name or post id of an erased person, which loads leave out of every file, or load without a name.';
comment on column tenancy.erased_identities.identity_hash is
'HMAC-SHA256 with SYNDICATION_ERASURE_KEY, without which nobody can try out names.';
comment on column tenancy.erased_identities.erasure_id is 'The erasure; refers to person_erasures.';

create table landing.redactions (
    organization_id text not null,
    erasure_id text not null,
    source_file_path text not null,
    source text not null,
    landed_on date not null,
    old_hash bytea not null check (length(old_hash) = 16),
    new_hash bytea check (length(new_hash) = 16),
    old_bytes bigint not null check (old_bytes >= 0),
    new_bytes bigint check (new_bytes >= 0),
    begun_at timestamptz not null default now(),
    completed_at timestamptz,
    primary key (organization_id, erasure_id, source_file_path),
    foreign key (organization_id, erasure_id) references tenancy.person_erasures on delete cascade,
    check ((new_hash is null) = (new_bytes is null))
);

comment on table landing.redactions is
'One row is one landed file that was changed or removed because a person was erased: beside the removal of secrets, '
'the only change that a landed file ever gets.';
comment on column landing.redactions.erasure_id is 'The erasure; refers to tenancy.person_erasures.';
comment on column landing.redactions.source_file_path is
'Path of the file since then: a name of the person in it is replaced by the id of the erasure.';
comment on column landing.redactions.source is 'Input shape of the file, the second folder of its path.';
comment on column landing.redactions.landed_on is 'UTC day of the folder.';
comment on column landing.redactions.old_hash is 'BLAKE2b-128 of the uncompressed content as it landed.';
comment on column landing.redactions.new_hash is
'BLAKE2b-128 of the content without the person; NULL if nothing was left, and the file was removed.';
comment on column landing.redactions.old_bytes is 'Uncompressed size before.';
comment on column landing.redactions.new_bytes is 'Uncompressed size since; NULL like new_hash.';
comment on column landing.redactions.begun_at is 'When the change was recorded, before it was made.';
comment on column landing.redactions.completed_at is 'When file and ledger were changed; NULL before.';

select tenancy.protect_tenant_table('tenancy.person_erasures');
select tenancy.protect_tenant_table('tenancy.erased_identities');
select tenancy.protect_tenant_table('landing.redactions');

create trigger person_erasures_audit after insert or delete on tenancy.person_erasures
for each row execute function tenancy.write_audit_log();

create function tenancy.redact_audit_log(redacted_organization_id text, erased text, pattern text)
returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    entries bigint;
begin
    perform set_config('app.erased_organization_id', redacted_organization_id, true);
    if erased !~ '^ers-[0-9a-f]{8}$' then
        raise exception '% is no erasure', erased using errcode = 'invalid_parameter_value';
    end if;
    with gone as (
        delete from tenancy.audit_log
        where
            organization_id = redacted_organization_id
            and (row_key::text ~* pattern or old_values::text ~* pattern or new_values::text ~* pattern)
        returning *
    )
    insert into tenancy.audit_log (
        organization_id, occurred_at, audit_id, actor, action, table_name, row_key, old_values, new_values
    )
    select
        organization_id,
        occurred_at,
        audit_id,
        actor,
        action,
        table_name,
        regexp_replace(row_key::text, pattern, erased, 'gi')::jsonb,
        regexp_replace(old_values::text, pattern, erased, 'gi')::jsonb,
        regexp_replace(new_values::text, pattern, erased, 'gi')::jsonb
    from gone;
    get diagnostics entries = row_count;
    perform set_config('app.erased_organization_id', '', true);
    return entries;
end
$$;

comment on function tenancy.redact_audit_log is
'Replaces what matches a pattern in the values of an organization''s audit log by the id of an erasure, and returns '
'the number of entries. Who did what, and when, stays.';

create function tenancy.sample_again(schema_name text, table_name text)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('analyze %I.%I', schema_name, table_name);
end
$$;

comment on function tenancy.sample_again is
'Lets the planner sample a table again, after which it has no sample of rows that are gone.';

revoke execute on function tenancy.redact_audit_log, tenancy.sample_again from public;
grant execute on function tenancy.redact_audit_log, tenancy.sample_again to syndication_pipeline;

alter table tenancy.user_preferences
add column digest_at time,
add column alerts_from operations.severity;

comment on column tenancy.user_preferences.digest_at is
'Local time of one message a day with all open alerts, for the routes that the user adds for themselves; NULL for each '
'alert at once.';
comment on column tenancy.user_preferences.alerts_from is
'Severity from which on the user is told of alerts; NULL for warning.';

insert into tenancy.permissions (permission, description) values
('profiles.export', 'Export what is stored about a person whose posts were scraped.'),
('profiles.erase', 'Erase a person whose posts were scraped.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values
('admin', 'profiles.export'),
('owner', 'profiles.export'),
('owner', 'profiles.erase');
alter table tenancy.role_permissions enable trigger role_permissions_changes;
