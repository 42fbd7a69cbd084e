-- Tenancy, second part: people. Who acts in a session, what each role may do, invitations, passwords, API keys, and a
-- last owner that stays. Tables of rules that people edit get their history.

set local role syndication_owner;

-- Users: persons and service accounts.
alter table tenancy.users
alter column email drop not null,
add column service_name text unique check (service_name ~ '^[a-z][a-z0-9-]{1,62}$'),
add column anonymized_at timestamptz,
add constraint users_is_a_person_or_a_service check (num_nonnulls(email, service_name, anonymized_at) = 1),
add constraint users_anonymized_is_inactive check (
    anonymized_at is null or (not is_active and display_name is null)
);

comment on table tenancy.users is
'One row is one person or service account, which may belong to several organizations. User-maintained.';
comment on column tenancy.users.email is
'E-mail address, unique regardless of case; NULL for a service account and an anonymized person.';
comment on column tenancy.users.service_name is 'Name of a service account; NULL for a person.';
comment on column tenancy.users.anonymized_at is
'When the person was erased: the row stays for the audit log and says nothing about the person. NULL if they were not.';

create table tenancy.database_logins (
    user_id text primary key references tenancy.users on delete cascade,
    login text not null unique check (login <> '')
);

comment on table tenancy.database_logins is
'One row gives one PostgreSQL login to one user, as whom its sessions always act. User-maintained. Without row-level '
'security, because the audit triggers read it as the owner, whom forced row-level security would show nothing.';
comment on column tenancy.database_logins.user_id is 'The user; refers to users.';
comment on column tenancy.database_logins.login is 'Name of the login.';

grant select, insert, update, delete on tenancy.database_logins to syndication_pipeline;

create function tenancy.current_actor()
returns text language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select l.user_id from tenancy.database_logins l where l.login = session_user),
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.service', true), ''),
        session_user::text
    )
$$;

comment on function tenancy.current_actor is
'Who acts in this session: the user to whom its database login belongs; else `app.actor`, which commands set to the id '
'of a user; else `app.service`, which runs of Dagster set; else the database login.';

create function tenancy.actor_name(actor text)
returns text language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select coalesce(u.display_name, u.email, u.service_name, 'a person who was erased')
            from tenancy.users u
            where u.user_id = actor
        ),
        actor
    )
$$;

comment on function tenancy.actor_name is
'The name of an actor for people: of a user, the display name or address; everything else unchanged.';
grant execute on function tenancy.current_actor, tenancy.actor_name to syndication_pipeline;
grant execute on function tenancy.actor_name to syndication_reader;

create or replace function tenancy.write_audit_log()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    left_out text[] := coalesce(tg_argv::text[], '{}');
    changed_row jsonb := coalesce(new_row, old_row);
begin
    if tg_op = 'UPDATE' and old_row - 'updated_at' = new_row - 'updated_at' then
        return null;
    end if;
    perform operations.ensure_month_partitions(
        'tenancy.audit_log', (now() at time zone 'utc')::date, (now() at time zone 'utc')::date
    );
    insert into tenancy.audit_log (organization_id, actor, action, table_name, row_key, old_values, new_values)
    values (
        changed_row ->> 'organization_id',
        tenancy.current_actor(),
        lower(tg_op),
        tg_table_schema || '.' || tg_table_name,
        (
            select jsonb_object_agg(a.attname, changed_row -> a.attname::text)
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
            where i.indrelid = tg_relid and i.indisprimary
        ),
        old_row - left_out,
        new_row - left_out
    );
    return null;
end
$$;

comment on function tenancy.write_audit_log is
'Writes the audit row of the change that fires the trigger, by tenancy.current_actor(). The arguments of the trigger '
'are columns that the log leaves out: personal data, and hashes of secrets.';

create or replace function channels.write_rule_change()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
    if tg_op = 'UPDATE' and old_row - 'updated_at' = new_row - 'updated_at' then
        return null;
    end if;
    insert into channels.rule_changes (actor, action, table_name, row_key, old_values, new_values)
    values (
        tenancy.current_actor(),
        lower(tg_op),
        tg_table_schema || '.' || tg_table_name,
        (
            select jsonb_object_agg(a.attname, coalesce(new_row, old_row) -> a.attname::text)
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
            where i.indrelid = tg_relid and i.indisprimary
        ),
        old_row,
        new_row
    );
    return null;
end
$$;

create or replace function channels.write_credential_audit_log()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'secret' end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'secret' end;
    changed_row jsonb := coalesce(new_row, old_row);
begin
    if tg_op = 'UPDATE' and old.secret = new.secret and old_row - 'updated_at' = new_row - 'updated_at' then
        return null;
    end if;
    perform operations.ensure_month_partitions(
        'tenancy.audit_log', (now() at time zone 'utc')::date, (now() at time zone 'utc')::date
    );
    insert into tenancy.audit_log (organization_id, actor, action, table_name, row_key, old_values, new_values)
    values (
        changed_row ->> 'organization_id',
        tenancy.current_actor(),
        lower(tg_op),
        'channels.credentials',
        jsonb_build_object(
            'organization_id', changed_row -> 'organization_id', 'credential_id', changed_row -> 'credential_id'
        ),
        old_row,
        new_row
    );
    return null;
end
$$;

create sequence tenancy.account_change_id_sequence as bigint maxvalue 4294967295;

create table tenancy.account_changes (
    change_id text primary key default tenancy.public_id('ach', nextval('tenancy.account_change_id_sequence'))
    check (change_id ~ '^ach-[0-9a-f]{8}$'),
    occurred_at timestamptz not null default now(),
    actor text not null,
    action text not null,
    table_name text not null,
    row_key jsonb not null,
    old_values jsonb,
    new_values jsonb
);

comment on table tenancy.account_changes is
'One row is one change of a user account, which no organization owns. The log is append-only and holds neither names '
'nor addresses nor passwords.';
comment on column tenancy.account_changes.change_id is 'Public id, such as ach-0a1b2c3d.';
comment on column tenancy.account_changes.occurred_at is 'When the transaction of the change began.';
comment on column tenancy.account_changes.actor is 'Who made the change: tenancy.current_actor().';
comment on column tenancy.account_changes.action is 'Kind of change: insert, update or delete.';
comment on column tenancy.account_changes.table_name is 'Schema and name of the changed table.';
comment on column tenancy.account_changes.row_key is 'Primary key of the changed row, as an object of its columns.';
comment on column tenancy.account_changes.old_values is 'What the log holds of the row before; NULL for an insert.';
comment on column tenancy.account_changes.new_values is 'What the log holds of the row after; NULL for a delete.';

create function tenancy.write_account_change()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    left_out text[] := coalesce(tg_argv::text[], '{}');
begin
    if tg_op = 'UPDATE' and old_row - 'updated_at' = new_row - 'updated_at' then
        return null;
    end if;
    insert into tenancy.account_changes (actor, action, table_name, row_key, old_values, new_values)
    values (
        tenancy.current_actor(),
        lower(tg_op),
        tg_table_schema || '.' || tg_table_name,
        (
            select jsonb_object_agg(a.attname, coalesce(new_row, old_row) -> a.attname::text)
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
            where i.indrelid = tg_relid and i.indisprimary
        ),
        old_row - left_out,
        new_row - left_out
    );
    return null;
end
$$;

comment on function tenancy.write_account_change is
'Writes the change that fires it to tenancy.account_changes, without the columns that the trigger names.';

alter table tenancy.account_changes enable row level security;
alter table tenancy.account_changes force row level security;
create policy owner_appends on tenancy.account_changes for insert to syndication_owner with check (true);
create policy pipeline_all on tenancy.account_changes to syndication_pipeline using (true) with check (true);
grant select on tenancy.account_changes to syndication_pipeline;

create trigger account_changes_is_append_only
before update or delete on tenancy.account_changes
for each row execute function tenancy.reject_change_of_history();
create trigger account_changes_is_never_truncated
before truncate on tenancy.account_changes
for each statement execute function tenancy.reject_change_of_history();
create trigger users_audit after insert or update or delete on tenancy.users
for each row execute function tenancy.write_account_change('email', 'display_name');
create trigger database_logins_audit after insert or update or delete on tenancy.database_logins
for each row execute function tenancy.write_account_change('login');

-- What each role may do.
create table tenancy.permissions (
    permission text primary key check (permission ~ '^[a-z]+\.[a-z]+$'),
    description text not null check (description <> '')
);

comment on table tenancy.permissions is 'One row is one right that a command requires.';
comment on column tenancy.permissions.permission is 'Subject and verb, such as texts.decide.';
comment on column tenancy.permissions.description is 'What it allows.';

create table tenancy.role_permissions (
    role tenancy.member_role not null,
    permission text not null references tenancy.permissions,
    primary key (role, permission)
);

comment on table tenancy.role_permissions is
'One row gives every member with the role a right. User-maintained; a change takes effect with the next command.';
comment on column tenancy.role_permissions.role is 'The role, of every organization.';
comment on column tenancy.role_permissions.permission is 'The right; refers to permissions.';

create index role_permissions_permission on tenancy.role_permissions (permission);

with granted (permission, least_role, description) as (
    values
    ('texts.edit', 'member'::tenancy.member_role, 'Edit texts and restore earlier versions.'),
    ('texts.decide', 'editor', 'Approve and reject texts.'),
    ('sections.edit', 'editor', 'Choose the channels that get sections of blog posts.'),
    ('templates.edit', 'editor', 'Edit the templates that write posts.'),
    ('files.land', 'editor', 'Land files by hand.'),
    ('quarantine.close', 'editor', 'Close items that nobody will load.'),
    ('files.withdraw', 'manager', 'Withdraw landed files.'),
    ('pipeline.run', 'manager', 'Run the pipeline: load, write, publish.'),
    ('targets.decide', 'manager', 'Resolve, retry and cancel posts in the queue, and release a restored database.'),
    ('schedules.edit', 'manager', 'Add, change and remove publishing schedules.'),
    ('vendors.edit', 'manager', 'Add, change and remove vendors.'),
    ('profiles.edit', 'manager', 'Choose the profiles that are fetched.'),
    ('feeds.edit', 'manager', 'Choose the feeds that are fetched.'),
    ('rules.edit', 'manager', 'Change the rules of writing and approval, and what all organizations share.'),
    ('alerts.edit', 'manager', 'Choose who is told of problems, and from which values on.'),
    ('budgets.edit', 'admin', 'Set what paid calls may cost.'),
    ('accounts.edit', 'admin', 'Add, change, check and reconnect the accounts to publish on.'),
    ('credentials.edit', 'admin', 'Store and remove credentials, and rotate their keys.'),
    ('members.edit', 'admin', 'Add, change and remove members, and invite people.'),
    ('users.edit', 'admin', 'Add, change and deactivate users, and let them set a new password.'),
    ('keys.edit', 'admin', 'Create and revoke API keys.'),
    ('database.query', 'admin', 'Run SQL with the rights of the database login of the command line.'),
    ('people.export', 'admin', 'Export what is stored about a user.'),
    ('people.erase', 'owner', 'Erase a user.'),
    ('organizations.edit', 'admin', 'Change an organization, and pause it.'),
    ('organizations.add', 'owner', 'Add organizations.'),
    ('organizations.erase', 'owner', 'Erase an organization.')
),

described as (
    insert into tenancy.permissions (permission, description)
    select
        permission,
        description
    from granted
)

insert into tenancy.role_permissions (role, permission)
select
    r.role,
    g.permission
from granted as g
inner join unnest(enum_range(null::tenancy.member_role)) as r (role) on g.least_role <= r.role;

grant select on tenancy.permissions to syndication_pipeline, syndication_reader;
grant select, insert, update, delete on tenancy.role_permissions to syndication_pipeline;
grant select on tenancy.role_permissions to syndication_reader;

create trigger role_permissions_changes after insert or update or delete on tenancy.role_permissions
for each row execute function channels.write_rule_change();

-- An organization that has an active owner keeps one.
create function tenancy.keep_an_owner()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    left_alone text;
begin
    -- Two owners who remove each other: the second waits here, and then sees that it is the last.
    perform from tenancy.organizations o
    where o.organization_id = any(
        case when tg_table_name = 'users'
            then array(select m.organization_id from tenancy.organization_members m where m.user_id = old.user_id)
            else array[to_jsonb(old) ->> 'organization_id']
        end
    )
    order by o.organization_id
    for no key update;
    select o.slug into left_alone
    from tenancy.organizations o
    where
        case when tg_table_name = 'users'
            then exists (
                select from tenancy.organization_members m
                where
                    m.organization_id = o.organization_id and m.user_id = old.user_id
                    and m.role = 'owner' and m.status = 'active'
            )
            else o.organization_id = to_jsonb(old) ->> 'organization_id'
        end
        and not exists (
            select from tenancy.organization_members m
            join tenancy.users u on u.user_id = m.user_id
            where m.organization_id = o.organization_id and m.role = 'owner' and m.status = 'active' and u.is_active
        )
    order by o.slug
    limit 1;
    if found then
        raise exception 'It is the last owner of %', left_alone using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;

comment on function tenancy.keep_an_owner is
'Refuses to remove, demote, suspend or deactivate the last active owner of an organization that exists. Deferred to '
'the end of the transaction, in which the organization itself may go.';

create constraint trigger organization_members_keep_an_owner after update or delete on tenancy.organization_members
deferrable initially deferred
for each row when (old.role = 'owner' and old.status = 'active') execute function tenancy.keep_an_owner();
create constraint trigger users_keep_an_owner after update of is_active on tenancy.users
deferrable initially deferred
for each row when (old.is_active and not new.is_active) execute function tenancy.keep_an_owner();

create sequence tenancy.invitation_id_sequence as bigint maxvalue 4294967295;

create table tenancy.invitations (
    organization_id text not null references tenancy.organizations on delete cascade,
    invitation_id text not null default tenancy.public_id('inv', nextval('tenancy.invitation_id_sequence'))
    check (invitation_id ~ '^inv-[0-9a-f]{8}$'),
    email text not null check (email like '%_@_%'),
    role tenancy.member_role not null,
    token_hash bytea not null check (length(token_hash) = 32),
    invited_by text not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (organization_id, invitation_id),
    check (num_nonnulls(accepted_at, revoked_at) <= 1)
);

comment on table tenancy.invitations is
'One row is one invitation of a person to an organization. Its token was shown once and is stored as a hash.';
comment on column tenancy.invitations.invitation_id is 'Public id, such as inv-0a1b2c3d.';
comment on column tenancy.invitations.email is 'Address of the person, which becomes that of the user.';
comment on column tenancy.invitations.role is 'Role of the membership.';
comment on column tenancy.invitations.token_hash is 'SHA-256 of the token.';
comment on column tenancy.invitations.invited_by is 'Who invited: tenancy.current_actor().';
comment on column tenancy.invitations.expires_at is 'Until when it can be accepted.';
comment on column tenancy.invitations.accepted_at is 'When it was accepted; NULL if it was not.';
comment on column tenancy.invitations.revoked_at is 'When it was revoked or replaced; NULL if it was not.';

create unique index invitations_open on tenancy.invitations (organization_id, lower(email))
where accepted_at is null and revoked_at is null;
create index invitations_token on tenancy.invitations (token_hash);

create table tenancy.passwords (
    user_id text primary key references tenancy.users on delete cascade,
    password_hash text not null check (password_hash like '$argon2id$%'),
    failed_sign_ins integer not null default 0 check (failed_sign_ins >= 0),
    locked_until timestamptz,
    changed_at timestamptz not null default now()
);

comment on table tenancy.passwords is 'One row is the password of one user, and how often it was guessed wrong.';
comment on column tenancy.passwords.user_id is 'The user; refers to users.';
comment on column tenancy.passwords.password_hash is 'Argon2id with its parameters and salt.';
comment on column tenancy.passwords.failed_sign_ins is 'Wrong passwords in a row.';
comment on column tenancy.passwords.locked_until is
'Until then no password is accepted, the right one neither; NULL if it is not locked.';
comment on column tenancy.passwords.changed_at is 'When the password was set.';

create table tenancy.password_resets (
    token_hash bytea primary key check (length(token_hash) = 32),
    user_id text not null references tenancy.users on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null default now()
);

comment on table tenancy.password_resets is
'One row lets one user set a new password, once. Its token was shown once and is stored as a hash.';
comment on column tenancy.password_resets.token_hash is 'SHA-256 of the token.';
comment on column tenancy.password_resets.user_id is 'The user; refers to users.';
comment on column tenancy.password_resets.expires_at is 'Until when it can be used.';
comment on column tenancy.password_resets.used_at is 'When it was used or replaced; NULL if it was not.';

create index password_resets_user on tenancy.password_resets (user_id);

create table tenancy.user_preferences (
    user_id text primary key references tenancy.users on delete cascade,
    time_zone text check (time_zone <> ''),
    posting_time time,
    updated_at timestamptz not null default now()
);

comment on table tenancy.user_preferences is
'One row has the defaults of one user, where a command says nothing itself. User-maintained.';
comment on column tenancy.user_preferences.user_id is 'The user; refers to users.';
comment on column tenancy.user_preferences.time_zone is
'IANA time zone of the schedules that the user adds; NULL if each names its own.';
comment on column tenancy.user_preferences.posting_time is
'Local time of the daily schedules that the user adds; NULL if each names its own.';

create sequence tenancy.api_key_id_sequence as bigint maxvalue 4294967295;

create table tenancy.api_keys (
    organization_id text not null,
    key_id text not null default tenancy.public_id('key', nextval('tenancy.api_key_id_sequence'))
    check (key_id ~ '^key-[0-9a-f]{8}$'),
    user_id text not null,
    key_name text not null check (key_name <> ''),
    key_prefix text not null,
    key_hash bytea not null check (length(key_hash) = 32),
    permissions text[] not null check (cardinality(permissions) > 0),
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (organization_id, key_id),
    foreign key (organization_id, user_id) references tenancy.organization_members on delete cascade
);

comment on table tenancy.api_keys is
'One row is one API key, with which a program acts as a member of the organization, with some of the member''s rights.';
comment on column tenancy.api_keys.key_id is 'Public id, such as key-0a1b2c3d.';
comment on column tenancy.api_keys.user_id is 'The member as whom it acts; refers to organization_members.';
comment on column tenancy.api_keys.key_name is 'What uses it, for people.';
comment on column tenancy.api_keys.key_prefix is 'The first characters of the key, by which people recognize it.';
comment on column tenancy.api_keys.key_hash is 'SHA-256 of the key, which was shown once.';
comment on column tenancy.api_keys.permissions is 'What it may be used for, as far as the member has the right too.';
comment on column tenancy.api_keys.expires_at is 'Until when it is accepted.';
comment on column tenancy.api_keys.last_used_at is 'When it was last accepted; NULL if it never was.';
comment on column tenancy.api_keys.revoked_at is 'When it was revoked; NULL if it was not.';

create index api_keys_member on tenancy.api_keys (organization_id, user_id);
create index api_keys_key on tenancy.api_keys (key_hash);

select tenancy.protect_tenant_table('tenancy.invitations');
select tenancy.protect_tenant_table('tenancy.api_keys');
select tenancy.comment_standard_columns('tenancy.password_resets');
select tenancy.comment_standard_columns('tenancy.user_preferences');

-- Readers see neither hashes nor tokens: passwords belong to no organization.
alter table tenancy.passwords enable row level security;
alter table tenancy.passwords force row level security;
create policy pipeline_all on tenancy.passwords to syndication_pipeline using (true) with check (true);
alter table tenancy.password_resets enable row level security;
alter table tenancy.password_resets force row level security;
create policy pipeline_all on tenancy.password_resets to syndication_pipeline using (true) with check (true);
alter table tenancy.user_preferences enable row level security;
alter table tenancy.user_preferences force row level security;
create policy pipeline_all on tenancy.user_preferences to syndication_pipeline using (true) with check (true);
grant select, insert, update, delete on tenancy.passwords, tenancy.password_resets, tenancy.user_preferences
to syndication_pipeline;
grant usage on sequence
tenancy.invitation_id_sequence, tenancy.api_key_id_sequence to syndication_pipeline;

create trigger invitations_audit after insert or update or delete on tenancy.invitations
for each row execute function tenancy.write_audit_log('email', 'token_hash');
create trigger api_keys_audit
after insert or delete or update of key_name, permissions, expires_at, revoked_at, user_id on tenancy.api_keys
for each row execute function tenancy.write_audit_log('key_hash');
create trigger passwords_audit after insert or delete or update of password_hash, locked_until on tenancy.passwords
for each row execute function tenancy.write_account_change('password_hash');

create trigger user_preferences_updated_at before update on tenancy.user_preferences
for each row execute function tenancy.set_updated_at();
create trigger user_preferences_audit after insert or update or delete on tenancy.user_preferences
for each row execute function tenancy.write_account_change();

-- Rows that people edit, which had no history yet. The log cannot be changed, so it holds nothing of scraped people.
create trigger content_templates_audit after insert or update or delete on content.content_templates
for each row execute function tenancy.write_audit_log();
-- Versions that the default templates bring are not logged: nobody decided them.
create trigger content_template_versions_audit after insert on content.content_template_versions
for each row when (new.reference_hash is null) execute function tenancy.write_audit_log();
-- Loads add and describe profiles all day long; who tracks one, which costs money, is logged.
create trigger profiles_tracked_audit after insert on scraping.profiles
for each row when (new.is_tracked)
execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url', 'notes');
create trigger profiles_maintained_audit after update of is_tracked, is_active, notes on scraping.profiles
for each row when (
    old.is_tracked is distinct from new.is_tracked
    or old.is_active is distinct from new.is_active
    or old.notes is distinct from new.notes
)
execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url', 'notes');
create trigger profiles_untracked_audit after delete on scraping.profiles
for each row when (old.is_tracked)
execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url', 'notes');
create trigger post_records_audit after update of is_read, is_marked on scraping.post_records
for each row when ((old.is_read, old.is_marked) is distinct from (new.is_read, new.is_marked))
execute function tenancy.write_audit_log('urn', 'full_urn', 'author_username', 'text_content', 'article', 'url');
drop trigger quarantine_closing_audit on landing.quarantine;
create trigger quarantine_closing_audit after update on landing.quarantine
for each row when (old.closed_at is distinct from new.closed_at)
execute function tenancy.write_audit_log('payload');
create trigger priority_factors_changes after insert or update or delete on engagement.priority_factors
for each row execute function channels.write_rule_change();
create trigger metric_definitions_changes after insert or update or delete on engagement.metric_definitions
for each row execute function channels.write_rule_change();
create trigger platform_metrics_changes after insert or update or delete on engagement.platform_metrics
for each row execute function channels.write_rule_change();
create trigger cohort_ages_changes after insert or update or delete on engagement.cohort_ages
for each row execute function channels.write_rule_change();
create trigger sampling_gaps_changes after insert or update or delete on engagement.sampling_gaps
for each row execute function channels.write_rule_change();
