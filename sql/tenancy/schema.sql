-- The schema of the room `tenancy`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema tenancy authorization syndication_owner;  -- pipeline: usage; reader: usage
-- default rights of new functions of syndication_owner: only to the owner

-- Ordered from the least to the most powerful, so that `role >= 'editor'` selects everybody who may edit.
create type tenancy.member_role as enum ('viewer', 'member', 'editor', 'manager', 'admin', 'owner');

create type tenancy.membership_status as enum ('pending', 'active', 'inactive', 'suspended');

-- What an erasure does to the posts of a person.
create type tenancy.erasure_action as enum (
    'erase',     -- posts and numbers go
    'anonymise'  -- numbers stay without a name, under invented ids
);

-- What a tier limits.
create type tenancy.limited_resource as enum (
    'users',         -- persons with an active or pending membership, and open invitations of others
    'posts',         -- all posts in scraping.posts, of tracked profiles and of own accounts
    'storage_bytes'  -- bytes of stored media and of landed files that are loaded and have not left the landing zone
);

-- What the value of a setting is.
create type tenancy.setting_type as enum (
    'integer',  -- a whole number
    'text'      -- a line of at most 500 characters, one of the choices and of the pattern where there are any
);

-- One row is one organization: a tenant.
create table tenancy.organizations (
    organization_id text not null default tenancy.public_id('org', nextval('tenancy.organization_id_sequence')),
                                                    -- Public id, such as org-0a1b2c3d.
    slug text not null,                             -- Unique name in commands and paths, the first folder in the
                                                    -- landing zone.
    name text not null,                             -- Display name.
    description text,                               -- Purpose of the organization; NULL if none is given.
    settings jsonb not null default '{}',           -- Settings of the organization; {"is_sample": true} marks invented
                                                    -- data, which is never fetched.
    is_active boolean not null default true,        -- False pauses the fetches of the organization.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id),
    unique (slug),
    check (organization_id ~ '^org-[0-9a-f]{8}$'),
    check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    check (name <> ''),
    check (jsonb_typeof(settings) = 'object')
);
create trigger organizations_updated_at before update on tenancy.organizations
    for each row execute function tenancy.set_updated_at();
create trigger organizations_audit after insert or delete or update on tenancy.organizations
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select
create policy owner_sees_erased on tenancy.organizations for select to syndication_owner using (organization_id =
    current_setting('app.erased_organization_id', true));

-- One row is one person or service account, which may belong to several organizations. User-maintained.
create table tenancy.users (
    user_id text not null default tenancy.public_id('usr', nextval('tenancy.user_id_sequence')),
                                                    -- Public id, such as usr-0a1b2c3d.
    email text,                                     -- E-mail address, unique regardless of case; NULL for a service
                                                    -- account and an anonymized person.
    display_name text,                              -- Display name; NULL if none is given.
    is_active boolean not null default true,        -- False locks the account.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    service_name text,                              -- Name of a service account; NULL for a person.
    anonymized_at timestamptz,                      -- When the person was erased: the row stays for the audit log and
                                                    -- says nothing about the person. NULL if they were not.

    primary key (user_id),
    unique (service_name),
    check (user_id ~ '^usr-[0-9a-f]{8}$'),
    check (email like '%_@_%'),
    check (service_name ~ '^[a-z][a-z0-9-]{1,62}$'),
    constraint users_is_a_person_or_a_service check (num_nonnulls(email, service_name, anonymized_at) = 1),
    constraint users_anonymized_is_inactive check (anonymized_at is null or not is_active and display_name is null)
);
create unique index users_email_key on tenancy.users (lower(email));
create trigger users_updated_at before update on tenancy.users for each row execute function tenancy.set_updated_at();
create trigger users_audit after insert or delete or update on tenancy.users
    for each row execute function tenancy.write_account_change('email', 'display_name');
create constraint trigger users_keep_an_owner after update of is_active on tenancy.users deferrable initially deferred
    for each row when (old.is_active and not new.is_active) execute function tenancy.keep_an_owner();
-- row-level security; pipeline: select, insert, update, delete; reader: select
create policy pipeline_all on tenancy.users to syndication_pipeline using (true) with check (true);
create policy reader_own_organization on tenancy.users for select to syndication_reader using ((exists ( select
    from tenancy.organization_members m where m.user_id = users.user_id
    and m.organization_id = tenancy.current_organization_id())));

-- One row is the membership of one person in one organization.
create table tenancy.organization_members (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    user_id text not null,                          -- User whose membership this is; refers to users.
    role tenancy.member_role not null default 'member',
                                                    -- Permissions of the member, ordered from viewer (least) to owner
                                                    -- (most).
    status tenancy.membership_status not null default 'active',
                                                    -- State of the membership: pending, active, inactive or suspended.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, user_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (user_id) references tenancy.users (user_id) on delete cascade
);
create index organization_members_user on tenancy.organization_members (user_id);
create trigger organization_members_updated_at before update on tenancy.organization_members
    for each row execute function tenancy.set_updated_at();
create trigger organization_members_audit after insert or delete or update on tenancy.organization_members
    for each row execute function tenancy.write_audit_log();
create constraint trigger organization_members_keep_an_owner after delete or update
    on tenancy.organization_members deferrable initially deferred for each row when (old.role = 'owner'
    and old.status = 'active') execute function tenancy.keep_an_owner();
create trigger organization_members_within_limit after insert on tenancy.organization_members for each row
    when (new.status in ('pending', 'active')) execute function tenancy.keep_to_user_limit();
create trigger organization_members_return_within_limit after update of status on tenancy.organization_members
    for each row when ((new.status in ('pending', 'active'))
    and (old.status not in ('pending', 'active'))) execute function tenancy.keep_to_user_limit();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one change, written by the transaction that made it. The log is append-only.
create table tenancy.audit_log (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    occurred_at timestamptz not null default now(),
                                    -- When the transaction of the change began.
    audit_id text not null default tenancy.public_id('aud', nextval('tenancy.audit_id_sequence')),
                                    -- Public id, such as aud-0a1b2c3d.
    actor text not null,            -- Who made the change: app.actor of the session, else the database login.
    action text not null,           -- Kind of change: insert, update or delete.
    table_name text not null,       -- Schema and name of the changed table.
    row_key jsonb not null,         -- Primary key of the changed row, as an object of its columns.
    old_values jsonb,               -- The row before the change; NULL for an insert.
    new_values jsonb,               -- The row after the change; NULL for a delete.

    primary key (organization_id, occurred_at, audit_id)
) partition by range (occurred_at);  -- one partition a month, such as audit_log_2026_01
create trigger audit_log_is_append_only before update on tenancy.audit_log
    for each row execute function tenancy.reject_change_of_history();
create trigger audit_log_is_kept before delete on tenancy.audit_log for each row
    when (current_user <> 'syndication_owner' or old.organization_id is distinct
    from current_setting('app.erased_organization_id', true)) execute function tenancy.reject_change_of_history();
create trigger audit_log_is_never_truncated before truncate on tenancy.audit_log
    for each statement execute function tenancy.reject_change_of_history();
-- row-level security by organization_id; pipeline: select; reader: select
create policy owner_appends on tenancy.audit_log for insert to syndication_owner with check (true);
create policy owner_erases on tenancy.audit_log for delete to syndication_owner using (organization_id =
    current_setting('app.erased_organization_id', true));
create policy owner_sees_erased on tenancy.audit_log for select to syndication_owner using (organization_id =
    current_setting('app.erased_organization_id', true));

-- One row is one organization that was erased with everything that belonged to it. The list is append-only.
create table tenancy.erased_organizations (
    slug text not null,                            -- Slug of the erased organization; another one may have it since.
    erased_at timestamptz not null default now(),  -- When the transaction that erased it began.
    erased_by text not null,                       -- Who erased it: app.actor of the session, else the database login.
    row_counts jsonb not null,                     -- Number of erased rows by table: {"scraping.snapshots": 1200}.

    primary key (slug, erased_at),
    check (erased_by <> ''),
    check (jsonb_typeof(row_counts) = 'object')
);
create trigger erased_organizations_is_append_only before delete or update on tenancy.erased_organizations
    for each row execute function tenancy.reject_change_of_history();
create trigger erased_organizations_is_never_truncated before truncate on tenancy.erased_organizations
    for each statement execute function tenancy.reject_change_of_history();
-- no row-level security; pipeline: select

-- One row gives one PostgreSQL login to one user, as whom its sessions always act. User-maintained. Without row-level
-- security, because the audit triggers read it as the owner, whom forced row-level security would show nothing.
create table tenancy.database_logins (
    user_id text not null,  -- The user; refers to users.
    login text not null,    -- Name of the login.

    primary key (user_id),
    unique (login),
    foreign key (user_id) references tenancy.users (user_id) on delete cascade,
    check (login <> '')
);
create trigger database_logins_audit after insert or delete or update on tenancy.database_logins
    for each row execute function tenancy.write_account_change('login');
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one change of a user account, which no organization owns. The log is append-only and holds neither names
-- nor addresses nor passwords.
create table tenancy.account_changes (
    change_id text not null default tenancy.public_id('ach', nextval('tenancy.account_change_id_sequence')),
                               -- Public id, such as ach-0a1b2c3d.
    occurred_at timestamptz not null default now(),
                               -- When the transaction of the change began.
    actor text not null,       -- Who made the change: tenancy.current_actor().
    action text not null,      -- Kind of change: insert, update or delete.
    table_name text not null,  -- Schema and name of the changed table.
    row_key jsonb not null,    -- Primary key of the changed row, as an object of its columns.
    old_values jsonb,          -- What the log holds of the row before; NULL for an insert.
    new_values jsonb,          -- What the log holds of the row after; NULL for a delete.

    primary key (change_id),
    check (change_id ~ '^ach-[0-9a-f]{8}$')
);
create trigger account_changes_is_append_only before delete or update on tenancy.account_changes
    for each row execute function tenancy.reject_change_of_history();
create trigger account_changes_is_never_truncated before truncate on tenancy.account_changes
    for each statement execute function tenancy.reject_change_of_history();
-- row-level security; pipeline: select
create policy owner_appends on tenancy.account_changes for insert to syndication_owner with check (true);
create policy pipeline_all on tenancy.account_changes to syndication_pipeline using (true) with check (true);

-- One row is one right that a command requires.
create table tenancy.permissions (
    permission text not null,   -- Subject and verb, such as texts.decide.
    description text not null,  -- What it allows.

    primary key (permission),
    check (permission ~ '^[a-z]+\.[a-z]+$'),
    check (description <> '')
);
-- no row-level security; pipeline: select; reader: select

-- One row gives every member with the role a right. User-maintained; a change takes effect with the next command.
create table tenancy.role_permissions (
    role tenancy.member_role not null,  -- The role, of every organization.
    permission text not null,           -- The right; refers to permissions.

    primary key (role, permission),
    foreign key (permission) references tenancy.permissions (permission)
);
create index role_permissions_permission on tenancy.role_permissions (permission);
create trigger role_permissions_changes after insert or delete or update on tenancy.role_permissions
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one invitation of a person to an organization. Its token was shown once and is stored as a hash.
create table tenancy.invitations (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    invitation_id text not null default tenancy.public_id('inv', nextval('tenancy.invitation_id_sequence')),
                                                    -- Public id, such as inv-0a1b2c3d.
    email text not null,                            -- Address of the person, which becomes that of the user.
    role tenancy.member_role not null,              -- Role of the membership.
    token_hash bytea not null,                      -- SHA-256 of the token.
    invited_by text not null,                       -- Who invited: tenancy.current_actor().
    expires_at timestamptz not null,                -- Until when it can be accepted.
    accepted_at timestamptz,                        -- When it was accepted; NULL if it was not.
    revoked_at timestamptz,                         -- When it was revoked or replaced; NULL if it was not.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, invitation_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (invitation_id ~ '^inv-[0-9a-f]{8}$'),
    check (email like '%_@_%'),
    check (length(token_hash) = 32),
    check (num_nonnulls(accepted_at, revoked_at) <= 1)
);
create unique index invitations_open on tenancy.invitations (organization_id, lower(email)) where accepted_at is null
    and revoked_at is null;
create index invitations_token on tenancy.invitations (token_hash);
create trigger invitations_audit after insert or delete or update on tenancy.invitations
    for each row execute function tenancy.write_audit_log('email', 'token_hash');
create trigger invitations_within_limit after insert on tenancy.invitations
    for each row execute function tenancy.keep_to_user_limit();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the password of one user, and how often it was guessed wrong.
create table tenancy.passwords (
    user_id text not null,                          -- The user; refers to users.
    password_hash text not null,                    -- Argon2id with its parameters and salt.
    failed_sign_ins integer not null default 0,     -- Wrong passwords in a row.
    locked_until timestamptz,                       -- Until then no password is accepted, the right one neither; NULL
                                                    -- if it is not locked.
    changed_at timestamptz not null default now(),  -- When the password was set.

    primary key (user_id),
    foreign key (user_id) references tenancy.users (user_id) on delete cascade,
    check (password_hash like '$argon2id$%'),
    check (failed_sign_ins >= 0)
);
create trigger passwords_audit after insert or delete or update of password_hash, locked_until on tenancy.passwords
    for each row execute function tenancy.write_account_change('password_hash');
-- row-level security; pipeline: select, insert, update, delete
create policy pipeline_all on tenancy.passwords to syndication_pipeline using (true) with check (true);

-- One row lets one user set a new password, once. Its token was shown once and is stored as a hash.
create table tenancy.password_resets (
    token_hash bytea not null,                      -- SHA-256 of the token.
    user_id text not null,                          -- The user; refers to users.
    expires_at timestamptz not null,                -- Until when it can be used.
    used_at timestamptz,                            -- When it was used or replaced; NULL if it was not.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (token_hash),
    foreign key (user_id) references tenancy.users (user_id) on delete cascade,
    check (length(token_hash) = 32)
);
create index password_resets_user on tenancy.password_resets (user_id);
-- row-level security; pipeline: select, insert, update, delete
create policy pipeline_all on tenancy.password_resets to syndication_pipeline using (true) with check (true);

-- One row has the defaults of one user, where a command says nothing itself. User-maintained.
create table tenancy.user_preferences (
    user_id text not null,                          -- The user; refers to users.
    time_zone text,                                 -- IANA time zone of the schedules that the user adds; NULL if each
                                                    -- names its own.
    posting_time time without time zone,            -- Local time of the daily schedules that the user adds; NULL if
                                                    -- each names its own.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    digest_at time without time zone,               -- Local time of one message a day with all open alerts, for the
                                                    -- routes that the user adds for themselves; NULL for each alert at
                                                    -- once.
    alerts_from operations.severity,                -- Severity from which on the user is told of alerts; NULL for
                                                    -- warning.
    language text,                                  -- ISO 639-1 code of the language of the web page; NULL for the
                                                    -- language of the browser.
    tone text,                                      -- How the texts of briefs that the user asks for speak, where a
                                                    -- brief does not say; NULL for that of the organization.

    primary key (user_id),
    foreign key (user_id) references tenancy.users (user_id) on delete cascade,
    check (time_zone <> ''),
    check (language ~ '^[a-z]{2}$'),
    check (tone <> '' and length(tone) <= 500 and btrim(tone) = tone and tone !~ '[[:cntrl:]]')
);
create trigger user_preferences_updated_at before update on tenancy.user_preferences
    for each row execute function tenancy.set_updated_at();
create trigger user_preferences_audit after insert or delete or update on tenancy.user_preferences
    for each row execute function tenancy.write_account_change();
-- row-level security; pipeline: select, insert, update, delete
create policy pipeline_all on tenancy.user_preferences to syndication_pipeline using (true) with check (true);

-- One row is one API key, with which a program acts as a member of the organization, with some of the member's rights.
create table tenancy.api_keys (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    key_id text not null default tenancy.public_id('key', nextval('tenancy.api_key_id_sequence')),
                                                    -- Public id, such as key-0a1b2c3d.
    user_id text not null,                          -- The member as whom it acts; refers to organization_members.
    key_name text not null,                         -- What uses it, for people.
    key_prefix text not null,                       -- The first characters of the key, by which people recognize it.
    key_hash bytea not null,                        -- SHA-256 of the key, which was shown once.
    permissions text[] not null,                    -- What it may be used for, as far as the member has the right too.
    expires_at timestamptz not null,                -- Until when it is accepted.
    last_used_at timestamptz,                       -- When it was last accepted; NULL if it never was.
    revoked_at timestamptz,                         -- When it was revoked; NULL if it was not.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    requests_per_day integer,                       -- How many requests of the API it may make on a UTC day; NULL for
                                                    -- no limit.

    primary key (organization_id, key_id),
    foreign key (organization_id, user_id) references tenancy.organization_members (organization_id, user_id)
        on delete cascade,
    check (key_id ~ '^key-[0-9a-f]{8}$'),
    check (key_name <> ''),
    check (length(key_hash) = 32),
    check (cardinality(permissions) > 0),
    check (requests_per_day > 0)
);
create index api_keys_member on tenancy.api_keys (organization_id, user_id);
create index api_keys_key on tenancy.api_keys (key_hash);
create trigger api_keys_audit after insert or delete or update of key_name, permissions, expires_at, revoked_at, user_id
    on tenancy.api_keys for each row execute function tenancy.write_audit_log('key_hash');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the erasure of one person whose profile and posts were scraped. It says nothing about the person.
create table tenancy.person_erasures (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    erasure_id text not null default tenancy.public_id('ers', nextval('tenancy.erasure_id_sequence')),
                                                  -- Public id, such as ers-0a1b2c3d, which stands where the name of the
                                                  -- person stood.
    platform text not null,                       -- Platform of the profile, such as linkedin.
    action tenancy.erasure_action not null,       -- Whether the numbers of the person went, too.
    key_check bytea not null,                     -- Tells whether SYNDICATION_ERASURE_KEY is the key of
                                                  -- erased_identities.
    requested_by text not null,                   -- Who erased: tenancy.current_actor().
    begun_at timestamptz not null default now(),  -- When it began. From then on no load brings the person back.
    days date[] not null default '{}',            -- UTC days that had rows of the person, and are computed again
                                                  -- without them.
    row_counts jsonb not null default '{}',       -- Number of removed or changed rows by table: {"scraping.snapshots":
                                                  -- 12}.
    purged_at timestamptz,                        -- When the rows were removed; NULL before.
    completed_at timestamptz,                     -- When days, samples and archives were without the person, too; NULL
                                                  -- before.

    primary key (organization_id, erasure_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (erasure_id ~ '^ers-[0-9a-f]{8}$'),
    check (platform <> ''),
    check (length(key_check) = 8),
    check (jsonb_typeof(row_counts) = 'object'),
    check (completed_at is null or purged_at is not null)
);
create trigger person_erasures_audit after insert or delete on tenancy.person_erasures
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one name or post id of an erased person, which loads leave out of every file, or load without a name.
create table tenancy.erased_identities (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    identity_hash bytea not null,   -- HMAC-SHA256 with SYNDICATION_ERASURE_KEY, without which nobody can try out names.
    erasure_id text not null,       -- The erasure; refers to person_erasures.

    primary key (organization_id, identity_hash),
    foreign key (organization_id, erasure_id) references tenancy.person_erasures (organization_id, erasure_id)
        on delete cascade,
    check (length(identity_hash) = 32)
);
create index erased_identities_erasure on tenancy.erased_identities (organization_id, erasure_id);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one tier: how much an organization that has it may use. User-maintained.
create table tenancy.tiers (
    tier text not null,         -- Name of the tier.
    description text not null,  -- Whom it is for.
    users bigint,               -- Most persons with an active or pending membership, open invitations included; NULL
                                -- for no limit.
    posts bigint,               -- Most posts in scraping.posts; NULL for no limit.
    storage_bytes bigint,       -- Most bytes of stored media and landed files together; NULL for no limit.

    primary key (tier),
    check (tier ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (description <> ''),
    check (users > 0),
    check (posts > 0),
    check (storage_bytes > 0)
);
create trigger tiers_changes after insert or delete or update on tenancy.tiers
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row gives one organization a tier, and limits of its own. An organization without a row has no limits.
create table tenancy.organization_limits (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    tier text not null,                             -- The tier; refers to tiers.
    users bigint,                                   -- Limit of its own, as in tiers; NULL for that of the tier.
    posts bigint,                                   -- Limit of its own, as in tiers; NULL for that of the tier.
    storage_bytes bigint,                           -- Limit of its own, as in tiers; NULL for that of the tier.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (tier) references tenancy.tiers (tier),
    check (users > 0),
    check (posts > 0),
    check (storage_bytes > 0)
);
create index organization_limits_tier on tenancy.organization_limits (tier);
create trigger organization_limits_updated_at before update on tenancy.organization_limits
    for each row execute function tenancy.set_updated_at();
create trigger organization_limits_audit after insert or delete or update on tenancy.organization_limits
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one session of the web page: of a user, or of whoever runs the server. Its token is a cookie and is stored
-- as a hash. Rows stay after the session, as a record of who was there and how long.
create table tenancy.web_sessions (
    session_id text not null default tenancy.public_id('ses', nextval('tenancy.web_session_id_sequence')),
                                                    -- Public id, such as ses-0a1b2c3d.
    token_hash bytea not null,                      -- SHA-256 of the token.
    user_id text,                                   -- Who signed in; NULL for whoever runs the server.
    login text,                                     -- Login of this machine of whoever runs the server and has no user:
                                                    -- they see the organizations without members, as on the command
                                                    -- line. NULL for a user.
    is_link boolean not null default false,         -- Whether the token is that of a link that a command printed: it
                                                    -- opens the session once, for a new token.
    language text,                                  -- ISO 639-1 code of the language that was chosen in the session;
                                                    -- NULL for the preference of the user, else of the browser.
    shown_organization_id text,                     -- The organization that the session shows; the first one of the
                                                    -- user if this is NULL or not theirs any more.
    started_at timestamptz not null default now(),  -- When the session began.
    last_used_at timestamptz not null default now(),
                                                    -- When a page was last asked for, to the minute: a session that is
                                                    -- not used for hours has expired.
    expires_at timestamptz not null,                -- When it expires, however much it is used.
    ended_at timestamptz,                           -- When the user signed out, or the session was replaced; NULL if
                                                    -- neither happened.
    limited_to_organization_id text,                -- The only organization that the session may see, because its
                                                    -- provider signed the user in; NULL for all of the user.

    primary key (session_id),
    unique (token_hash),
    foreign key (user_id) references tenancy.users (user_id) on delete cascade,
    check (session_id ~ '^ses-[0-9a-f]{8}$'),
    check (length(token_hash) = 32),
    check (login <> ''),
    check (language ~ '^[a-z]{2}$'),
    check (num_nonnulls(user_id, login) = 1),
    check (expires_at > started_at)
);
create index web_sessions_user on tenancy.web_sessions (user_id);
-- row-level security; pipeline: select, insert, update, delete
create policy pipeline_all on tenancy.web_sessions to syndication_pipeline using (true) with check (true);

-- One row is the requests that one key made on one UTC day.
create table tenancy.api_key_days (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    key_id text not null,           -- The key; refers to api_keys.
    day date not null,              -- The UTC day.
    requests integer not null,      -- Number of requests that were let in; those beyond the quota are not counted.

    primary key (organization_id, key_id, day),
    foreign key (organization_id, key_id) references tenancy.api_keys (organization_id, key_id) on delete cascade,
    check (requests > 0)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one request that named an Idempotency-Key, and its answer, which the same request gets again within a day.
create table tenancy.api_requests (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    person text not null,           -- Who asked: id of a user, or a login.
    idempotency_key text not null,  -- The key that the program chose.
    request_hash bytea not null,    -- SHA-256 of method, path and body: another request with the same key is refused.
    status integer,                 -- HTTP status of the answer; NULL while it is under way.
    answer jsonb,                   -- The answer; NULL while it is under way.
    requested_at timestamptz not null default now(),
                                    -- When the request came in.

    primary key (organization_id, person, idempotency_key),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (person <> ''),
    check (length(idempotency_key) >= 1 and length(idempotency_key) <= 200),
    check (length(request_hash) = 32),
    check (status >= 200 and status <= 599),
    check ((status is null) = (answer is null))
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one setting: its type, its limits, and the value of the installation. Only values are user-maintained.
create table tenancy.settings (
    setting text not null,                          -- Name, as in publishing.maximum_attempts.
    data_type tenancy.setting_type not null,        -- What a value is.
    default_value jsonb,                            -- The value as the project comes; NULL for none.
    value jsonb,                                    -- The value of the installation, which organizations without one of
                                                    -- their own have; NULL for the default.
    secret channels.encrypted_secret,               -- The value of an encrypted setting, as in channels.credentials;
                                                    -- bound to the name. NULL for none.
    minimum bigint,                                 -- Smallest whole number; NULL for a text.
    maximum bigint,                                 -- Greatest whole number; NULL for a text.
    choices text[],                                 -- The texts to choose from; NULL for any.
    pattern text,                                   -- The regular expression that a text matches, that of a secret
                                                    -- included; NULL for any text.
    is_of_organizations boolean not null default false,
                                                    -- Whether an organization may have a value of its own.
    is_encrypted boolean not null default false,    -- Whether the value is a secret: stored encrypted, and never shown.
    is_read_only boolean not null default false,    -- Whether only a migration changes the value.
    description text not null,                      -- What it means, as a sentence.
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),

    primary key (setting),
    check (setting ~ '^[a-z]+\.[a-z_]+$'),
    check (description <> ''),
    constraint settings_integer_has_limits check (data_type <> 'integer' or num_nonnulls(minimum, maximum) = 2),
    constraint settings_text_has_none check (data_type = 'integer' or num_nonnulls(minimum, maximum) = 0),
    constraint settings_choices_are_texts check (num_nonnulls(choices, pattern) = 0 or data_type = 'text'),
    constraint settings_default_fits check (default_value is null
        or tenancy.is_setting_value(default_value, data_type, minimum, maximum, choices, pattern)),
    constraint settings_value_fits check (value is null
        or tenancy.is_setting_value(value, data_type, minimum, maximum, choices, pattern)),
    constraint settings_encrypted_is_a_secret check ( case when is_encrypted then num_nonnulls(value, default_value) = 0
        and data_type = 'text' else secret is null end),
    constraint settings_secret_is_of_the_installation check (not (is_encrypted and is_of_organizations)),
    constraint settings_read_only_stays check (not is_read_only or num_nonnulls(value, secret) = 0
        and not is_of_organizations)
);
create trigger settings_updated_at before update on tenancy.settings
    for each row execute function tenancy.set_updated_at();
create trigger settings_changes after insert or delete or update on tenancy.settings
    for each row execute function channels.write_rule_change('secret');
-- no row-level security; pipeline: select; reader: select (setting, data_type, default_value, value, minimum, maximum,
-- choices, pattern, is_of_organizations, is_encrypted, is_read_only, description, created_at, updated_at); pipeline:
-- update (value, secret)

-- One row is one setting that an organization has a value of its own for. User-maintained.
create table tenancy.organization_settings (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    setting text not null,                          -- The setting; refers to settings.
    value jsonb not null,                           -- The value, within the limits of the setting.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, setting),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (setting) references tenancy.settings (setting)
);
create index organization_settings_setting on tenancy.organization_settings (setting);
create trigger organization_settings_fit before insert or update on tenancy.organization_settings
    for each row execute function tenancy.check_organization_setting();
create trigger organization_settings_updated_at before update on tenancy.organization_settings
    for each row execute function tenancy.set_updated_at();
create trigger organization_settings_audit after insert or delete or update on tenancy.organization_settings
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the OpenID Connect provider of an organization, with whose accounts its members sign in to the web page.
-- User-maintained.
create table tenancy.sign_in_providers (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    label text not null,                            -- What the sign-in page calls it.
    issuer text not null,                           -- Its issuer, as in its tokens: below it,
                                                    -- /.well-known/openid-configuration says the rest.
    client_id text not null,                        -- The id under which the provider knows the web page.
    credential_id text,                             -- The stored secret of the web page at the provider; NULL for a
                                                    -- public client, which has none.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    api_audience text,                              -- The audience of tokens with which service accounts ask the API;
                                                    -- NULL if they may not.

    primary key (organization_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, credential_id) references channels.credentials (organization_id, credential_id),
    check (label <> ''),
    check (issuer ~ '^https?://[^ ?#]+$'),
    check (client_id <> ''),
    constraint sign_in_providers_api_audience check (api_audience <> '' and api_audience <> client_id)
);
create index sign_in_providers_credential on tenancy.sign_in_providers (organization_id, credential_id);
create trigger sign_in_providers_updated_at before update on tenancy.sign_in_providers
    for each row execute function tenancy.set_updated_at();
create trigger sign_in_providers_audit after insert or delete or update on tenancy.sign_in_providers
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one browser that was sent to a provider and has not come back. It can come back once, within minutes.
create table tenancy.sign_in_attempts (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    state_hash bytea not null,                      -- SHA-256 of the state that the provider sends back.
    browser_hash bytea not null,                    -- SHA-256 of a cookie of the browser that was sent: another one may
                                                    -- not come back for it.
    nonce text not null,                            -- What the token of the provider has to repeat.
    code_verifier text not null,                    -- The secret of PKCE, with which the code is exchanged.
    leads_to text not null,                         -- Path of the page that is shown then.
    started_at timestamptz not null default now(),  -- When the browser was sent.
    expires_at timestamptz not null,                -- When it is too late to come back.

    primary key (organization_id, state_hash),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (length(state_hash) = 32),
    check (length(browser_hash) = 32),
    check (nonce <> ''),
    check (length(code_verifier) >= 43 and length(code_verifier) <= 128),
    check (leads_to ~ '^/'),
    check (expires_at > started_at)
);
create index sign_in_attempts_expiry on tenancy.sign_in_attempts (expires_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select (organization_id,
-- leads_to, started_at, expires_at)

-- One row is one account at the provider of an organization that belongs to a member: bound when the member first
-- signed in with a verified address, or by an admin. It goes with the membership.
create table tenancy.user_identities (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    issuer text not null,                         -- Issuer of the provider.
    subject text not null,                        -- Id of the account at the provider, which is never given to anybody
                                                  -- else, as an address may be.
    user_id text not null,                        -- The member; refers to organization_members.
    bound_at timestamptz not null default now(),  -- When it was bound.

    primary key (organization_id, issuer, subject),
    unique (organization_id, issuer, user_id),
    foreign key (organization_id, user_id) references tenancy.organization_members (organization_id, user_id)
        on delete cascade,
    check (issuer <> ''),
    check (length(subject) >= 1 and length(subject) <= 255)
);
create index user_identities_user on tenancy.user_identities (organization_id, user_id);
create trigger user_identities_audit after insert or delete or update on tenancy.user_identities
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is somebody who asked the web page or the API lately, and how often. Rows are removed after some minutes.
create table tenancy.request_rates (
    limit_name text not null,          -- What is limited, as in "10 per 1 minute".
    who_hash bytea not null,           -- SHA-256 of the address, session or key.
    minute timestamptz not null,       -- The last minute with a request that was let in.
    requests integer not null,         -- Number of requests that were let in during that minute.
    requests_before integer not null,  -- Number of requests that were let in during the minute before.

    primary key (limit_name, who_hash),
    check (length(who_hash) = 32),
    check (requests > 0),
    check (requests_before >= 0)
);
create index request_rates_minute on tenancy.request_rates (minute);
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one change by one user, service or login: who did what to which row, and when. The audit log has what the
-- row was before and after.
create view tenancy.user_activity (
    organization_id,  -- text: Organization of the changed row.
    occurred_at,      -- timestamptz: When the transaction of the change began.
    audit_id,         -- text: The change; refers to audit_log.
    actor,            -- text: Who made the change: id of a user, service:dagster, or a login.
    who,              -- text: The same for people: display name, address, or name of the service.
    kind,             -- text: person, service, or login of the database.
    action,           -- text: Kind of change: insert, update or delete.
    resource,         -- text: Schema and name of the changed table.
    row_key           -- jsonb: Primary key of the changed row, as an object of its columns.
) with (security_invoker = true) as
select organization_id,
    occurred_at,
    audit_id,
    actor,
    tenancy.actor_name(actor) as who,
    tenancy.actor_kind(actor) as kind,
    action,
    table_name as resource,
    row_key
   from tenancy.audit_log a;
-- pipeline: select; reader: select

-- One row is the limit of one organization for one resource: its own, else that of its tier.
create view tenancy.limits_in_force (
    organization_id,  -- text: The organization.
    tier,             -- text: Its tier; NULL if it has none.
    resource,         -- tenancy.limited_resource: What is limited.
    amount            -- bigint: The most that it may use; NULL for no limit.
) with (security_invoker = true) as
select o.organization_id,
    l.tier,
    r.resource,
        case r.resource
            when 'users' then coalesce(l.users, t.users)
            when 'posts' then coalesce(l.posts, t.posts)
            else coalesce(l.storage_bytes, t.storage_bytes)
        end as amount
   from tenancy.organizations o
     cross join unnest(enum_range(null::tenancy.limited_resource)) r(resource)
     left join tenancy.organization_limits l on o.organization_id = l.organization_id
     left join tenancy.tiers t on l.tier = t.tier;
-- pipeline: select; reader: select

-- A public id: the prefix of the entity and 8 hex digits. Multiplication by an odd constant is a bijection on 32 bits,
-- so ids look shuffled and cannot collide up to 4 294 967 295 rows per entity. The constant is below 2^31, so the
-- product fits a bigint. Kept instead of UUIDs, whose 36 characters nobody compares by eye or types into a command, and
-- of libraries for short ids, which the default of a column cannot call.
create function tenancy.public_id(prefix text, sequence_number bigint)
returns text language sql immutable parallel safe
return ((prefix || '-') || lpad(to_hex(((sequence_number * 1597463007) & '4294967295')), 8, '0'));
-- pipeline: execute; reader: execute

create function tenancy.current_organization_id()
returns text language sql stable parallel safe
return nullif(current_setting('app.organization_id', true), '');
-- pipeline: execute; reader: execute

-- Comments the columns that mean the same in every table, unless the table has its own comment on them.
create function tenancy.comment_standard_columns(target_table regclass)
returns void language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    found record;
begin
    for found in
        select a.attname, standard.meaning
        from pg_attribute a
        inner join (
            values
                (
                    'organization_id',
                    'Organization that owns the row: first column of every key, and checked by row-level security.'
                ),
                ('created_at', 'When the row was inserted.'),
                ('updated_at', 'When the row was last changed.')
        ) as standard (column_name, meaning) on a.attname = standard.column_name
        where
            a.attrelid = target_table
            and a.attnum > 0
            and not a.attisdropped
            and col_description(a.attrelid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', target_table, found.attname, found.meaning);
    end loop;
end
$$;
-- execute: only its owner

-- Enables and forces row-level security on a tenant table or one of its partitions: the pipeline works on all
-- organizations, readers only see the organization of their session.
create function tenancy.protect_tenant_table(tenant_table regclass, is_partition boolean default false)
returns void language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
        'create policy pipeline_all on %s to syndication_pipeline using (true) with check (true)', tenant_table
    );
    execute format(
        'create policy reader_own_organization on %s for select to syndication_reader '
        'using (organization_id = nullif(current_setting(''app.organization_id'', true), ''''))', tenant_table
    );
    if not is_partition then
        perform tenancy.comment_standard_columns(tenant_table);
        execute format('grant select, insert, update, delete on %s to syndication_pipeline', tenant_table);
        execute format('grant select on %s to syndication_reader', tenant_table);
    end if;
end
$$;
-- execute: only its owner

create function tenancy.set_updated_at()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
-- execute: only its owner

create function tenancy.reject_change_of_history()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
-- execute: only its owner

-- Writes the audit row of the change that fires the trigger, by tenancy.current_actor(). The arguments of the trigger
-- are columns that the log leaves out: personal data, and hashes of secrets.
create function tenancy.write_audit_log()
returns trigger language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Erases the audit log of an organization whose other rows have been erased, records the erasure with the rows by
-- table, and returns the number of erased entries. Nothing else can delete from the audit log. The function runs as its
-- owner, so it only accepts an organization that no longer exists.
create function tenancy.finish_erasure(erased_organization_id text, erased_slug text, row_counts jsonb)
returns bigint language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    entries bigint;
begin
    perform set_config('app.erased_organization_id', erased_organization_id, true);
    if exists (select from tenancy.organizations o where o.organization_id = erased_organization_id) then
        raise exception 'The organization % exists: only the audit log of an erased one is erased',
            erased_organization_id
            using errcode = 'object_in_use';
    end if;
    delete from tenancy.audit_log where organization_id = erased_organization_id;
    get diagnostics entries = row_count;
    perform set_config('app.erased_organization_id', '', true);
    insert into tenancy.erased_organizations (slug, erased_by, row_counts)
    values (
        erased_slug,
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
        row_counts || jsonb_build_object('tenancy.audit_log', entries)
    );
    return entries;
end
$$;
-- pipeline: execute

-- Who acts in this session: the user to whom its database login belongs; else `app.actor`, which commands set to the id
-- of a user; else `app.service`, which runs of Dagster set; else the database login.
create function tenancy.current_actor()
returns text language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select coalesce(
        (select l.user_id from tenancy.database_logins l where l.login = session_user),
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('app.service', true), ''),
        session_user::text
    )
$$;
-- pipeline: execute

-- The name of an actor for people: of a user, the display name or address; everything else unchanged.
create function tenancy.actor_name(actor text)
returns text language sql stable set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute; reader: execute

-- Writes the change that fires it to tenancy.account_changes, without the columns that the trigger names.
create function tenancy.write_account_change()
returns trigger language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Refuses to remove, demote, suspend or deactivate the last active owner of an organization that exists. Deferred to
-- the end of the transaction, in which the organization itself may go.
create function tenancy.keep_an_owner()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Removes what the planner has sampled of the names and addresses of people: PostgreSQL does so when the type of a
-- column is set, even to the same type.
create function tenancy.forget_samples()
returns void language sql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
    alter table tenancy.users
    alter column email type text,
    alter column display_name type text,
    alter column service_name type text;
    alter table tenancy.invitations alter column email type text;
    alter table tenancy.database_logins alter column login type text;
$$;
-- pipeline: execute

-- Replaces what matches a pattern in the values of an organization's audit log by the id of an erasure, and returns the
-- number of entries. Who did what, and when, stays.
create function tenancy.redact_audit_log(redacted_organization_id text, erased text, pattern text)
returns bigint language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Lets the planner sample a table again, so that it keeps nothing of removed rows. Of a table without rows, samples are
-- taken away on PostgreSQL 18 and newer; older ones keep them until the table has rows and is analyzed.
create function tenancy.sample_again(schema_name text, table_name text)
returns void language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    sampled record;
begin
    execute format('analyze %I.%I', schema_name, table_name);
    -- PostgreSQL samples no empty table, and so keeps the samples of its last rows. Only 18 can take them away.
    if current_setting('server_version_num')::integer < 180000 then
        return;
    end if;
    for sampled in
        with tables as (
            select format('%I.%I', schema_name, table_name)::regclass as id
            union
            select p.relid
            from pg_partition_tree(format('%I.%I', schema_name, table_name)::regclass) p
        ),
        relations as (
            select id from tables
            union
            select i.indexrelid from tables t inner join pg_index i on i.indrelid = t.id
        )
        select n.nspname, c.relname, a.attname
        from relations r
        inner join pg_class c on c.oid = r.id
        inner join pg_namespace n on n.oid = c.relnamespace
        inner join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_index i on i.indexrelid = c.oid
        inner join pg_class t on t.oid = coalesce(i.indrelid, c.oid)
        -- As the samples above have found it, past row-level security. An index has samples of its expressions alone.
        where t.reltuples = 0 and (i.indrelid is null or i.indexprs is not null)
    loop
        execute format(
            'select pg_clear_attribute_stats(%L, %L, %L, inherited) from unnest(''{t,f}''::boolean[]) as inherited',
            sampled.nspname, sampled.relname, sampled.attname
        );
    end loop;
end
$$;
-- pipeline: execute

-- Whether an actor is a person, a service, or a login of the database.
create function tenancy.actor_kind(actor text)
returns text language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case
        when actor like 'service:%' then 'service'
        when u.service_name is not null then 'service'
        when u.user_id is not null then 'person'
        else 'login'
    end
    from (select) as one
    left join tenancy.users as u on u.user_id = actor
$$;
-- pipeline: execute; reader: execute

-- How much of a resource an organization uses now. Small copies of media are not counted, and a file that has landed is
-- counted once it is loaded.
create function tenancy.used_by(of_organization text, resource tenancy.limited_resource)
returns bigint language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case resource
        when 'users' then (
            select count(*)
            from tenancy.organization_members m
            inner join tenancy.users u on u.user_id = m.user_id
            where m.organization_id = of_organization and m.status in ('pending', 'active') and u.service_name is null
        ) + (
            select count(*)
            from tenancy.invitations i
            where
                i.organization_id = of_organization
                and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
                and not exists (
                    select from tenancy.organization_members m
                    inner join tenancy.users u on u.user_id = m.user_id
                    where
                        m.organization_id = of_organization and m.status in ('pending', 'active')
                        and lower(u.email) = lower(i.email)
                )
        )
        when 'posts' then (
            select count(*) from scraping.post_records p where p.organization_id = of_organization
        )
        else (
            select coalesce(sum(f.size_bytes), 0) from media.media_files f where f.organization_id = of_organization
        ) + (
            select coalesce(sum(f.size_bytes), 0)
            from landing.files f
            where
                f.organization_id = of_organization
                and not exists (
                    select from landing.left_files l
                    where l.organization_id = of_organization and l.source_file_path = f.source_file_path
                )
        )
    end::bigint
$$;
-- pipeline: execute

-- Refuses a member or an invitation above the limit of the organization. Those that it has stay, whatever the limit.
create function tenancy.keep_to_user_limit()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    allowed bigint := (
        select l.amount from tenancy.limits_in_force l
        where l.organization_id = new.organization_id and l.resource = 'users'
    );
begin
    if allowed is null then
        return null;
    end if;
    -- Two people who are added at once: the second waits here, and then sees the first.
    perform from tenancy.organizations o where o.organization_id = new.organization_id for no key update;
    if tenancy.used_by(new.organization_id, 'users') > allowed then
        raise exception '% may have % users, open invitations included, and has them',
            (select o.slug from tenancy.organizations o where o.organization_id = new.organization_id), allowed
            using errcode = 'check_violation', constraint = 'users_within_limit';
    end if;
    return null;
end
$$;
-- execute: only its owner

-- Whether a setting of this type, with these limits, may have the value.
create function tenancy.is_setting_value(value jsonb, data_type tenancy.setting_type, minimum bigint, maximum bigint,
    choices text[], pattern text)
returns boolean language sql immutable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case
        when data_type = 'integer' then
            case when jsonb_typeof(value) = 'number' then
                trunc(value::numeric) = value::numeric and value::numeric >= minimum and value::numeric <= maximum
            else false end
        when jsonb_typeof(value) = 'string' then
            length(value #>> '{}') between 1 and 500
            and value #>> '{}' = btrim(value #>> '{}')
            and value #>> '{}' !~ '[[:cntrl:]]'
            and coalesce(value #>> '{}' = any(choices), true)
            and coalesce(value #>> '{}' ~ pattern, true)
        else false
    end
$$;
-- pipeline: execute

-- Rejects a value that is not of the type and within the limits of its setting, and settings of the installation.
create function tenancy.check_organization_setting()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    known tenancy.settings;
begin
    select * into known from tenancy.settings s where s.setting = new.setting;
    if not known.is_of_organizations then
        raise exception using
            errcode = 'check_violation',
            message = format('%s is a setting of the whole installation', new.setting);
    end if;
    if not tenancy.is_setting_value(
        new.value, known.data_type, known.minimum, known.maximum, known.choices, known.pattern
    ) then
        raise exception using
            errcode = 'check_violation',
            message = format('%s cannot be %s', new.setting, new.value);
    end if;
    return new;
end
$$;
-- execute: only its owner

-- The value that holds for an organization: its own, else that of the installation, else the default. Without an
-- organization, that of the installation.
create function tenancy.setting(named text, of_organization text default null::text)
returns jsonb language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select coalesce(o.value, s.value, s.default_value)
    from tenancy.settings as s
    left join tenancy.organization_settings as o
        on s.setting = o.setting and o.organization_id = of_organization
    where s.setting = named
$$;
-- pipeline: execute; reader: execute

create sequence tenancy.organization_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.user_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.audit_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.account_change_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.invitation_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.api_key_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.erasure_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.web_session_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
