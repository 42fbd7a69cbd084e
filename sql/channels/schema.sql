-- The schema of the room `channels`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema channels authorization syndication_owner;  -- pipeline: usage; reader: usage

create type channels.platform_status as enum ('active', 'inactive', 'deprecated');

create type channels.support_status as enum ('active', 'beta', 'not_implemented', 'deprecated');

create type channels.value_type as enum ('number', 'text', 'boolean', 'list');

-- What a violation of a rule does.
create type channels.severity as enum (
    'hard',  -- a violation prevents publication
    'soft'   -- a violation is shown to the reviewer
);

create domain channels.encrypted_secret as text check (value ~
    '^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{22,}$');

-- Whether posts are published to an account.
create type channels.account_status as enum (
    'active',
    'paused',       -- a person paused it
    'disconnected'  -- the platform rejects its credential: a person has to reconnect it
);

-- What the last check of an account found.
create type channels.account_health_state as enum (
    'connected',  -- its platform accepts the credential
    'expired',    -- the credential has expired
    'revoked',    -- the credential was withdrawn, or may not publish
    'error'       -- the platform could not be asked, or answered something else
);

-- One row is one platform, shared by all organizations. Loaded from platforms.csv; edited rows are kept.
create table channels.platforms (
    platform text not null,                         -- Name in every other table, in commands and in the landing zone.
    display_name text not null,                     -- Display name.
    description text,                               -- What is published there, in a sentence; shown by `syndication
                                                    -- channels`.
    status channels.platform_status not null default 'active',
                                                    -- Only active platforms are written for and published to.
    priority integer not null default 0,            -- Display order, the greatest first.
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (platform),
    check (platform ~ '^[a-z][a-z0-9_]*$')
);
create trigger platforms_changes after insert or delete or update on channels.platforms
    for each row execute function channels.write_rule_change();
create trigger platforms_updated_at before update on channels.platforms
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one kind of publication, independent of the platform.
create table channels.channel_types (
    channel_type text not null,                     -- Name in every other table and in commands.
    display_name text not null,                     -- Display name.
    description text,                               -- What such a publication looks like, in a sentence; shown by
                                                    -- `syndication channels`.
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (channel_type),
    check (channel_type ~ '^[a-z][a-z0-9_]*$')
);
create trigger channel_types_changes after insert or delete or update on channels.channel_types
    for each row execute function channels.write_rule_change();
create trigger channel_types_updated_at before update on channels.channel_types
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one channel: a kind of publication on a platform. Schedules, selections and targets refer to it.
create table channels.platform_channels (
    platform text not null,                         -- Platform of the channel.
    channel_type text not null,                     -- Kind of publication of the channel.
    status channels.support_status not null default 'active',
                                                    -- Texts are written for active and beta channels only.
    priority integer not null default 0,            -- Display order within the platform, the greatest first.
    notes text,                                     -- What people should know about the channel; shown by `syndication
                                                    -- channels`. NULL if nothing.
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (platform, channel_type),
    foreign key (platform) references channels.platforms (platform) on update cascade,
    foreign key (channel_type) references channels.channel_types (channel_type) on update cascade
);
create index platform_channels_type on channels.platform_channels (channel_type);
create trigger platform_channels_changes after insert or delete or update on channels.platform_channels
    for each row execute function channels.write_rule_change();
create trigger platform_channels_updated_at before update on channels.platform_channels
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one rule of one channel. Prompts are built from these rows and texts are validated against them.
create table channels.channel_requirements (
    platform text not null,                         -- Platform of the channel.
    channel_type text not null,                     -- Kind of publication of the channel.
    requirement_category text not null,             -- Category: content, media or engagement.
    requirement_key text not null,                  -- Name of the rule: text_length, hashtag_count, banned_words, tone
                                                    -- …
    value_type channels.value_type not null,        -- JSON type that the value must have.
    value jsonb,                                    -- The required value: a number, text, boolean or list; NULL if
                                                    -- minimum or maximum define a range instead.
    minimum numeric,                                -- Smallest allowed number, inclusive; NULL for no lower bound.
    maximum numeric,                                -- Greatest allowed number, inclusive; NULL for no upper bound.
    unit text,                                      -- Unit of the numbers: characters, hashtags …; NULL if none.
    severity channels.severity not null default 'hard',
                                                    -- hard: a violation prevents publication. soft: a violation is
                                                    -- shown to the reviewer.
    priority integer not null default 0,            -- Order within the category, the greatest first.
    description text,                               -- The rule as a sentence, used verbatim in prompts.
    is_active boolean not null default true,        -- FALSE disables the rule.
    source_url text,                                -- Documentation of the rule; NULL for a house rule.
    checked_on date,                                -- Day on which a person last checked the rule against source_url;
                                                    -- NULL if nobody has.
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (platform, channel_type, requirement_category, requirement_key),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (requirement_category in ('content', 'media', 'engagement')),
    check (requirement_key ~ '^[a-z][a-z0-9_]*$'),
    check (value is null or channels.is_of_type(value, value_type)),
    check (num_nonnulls(value, minimum, maximum) > 0),
    check (value_type = 'number' or num_nonnulls(minimum, maximum) = 0),
    check (minimum <= maximum),
    constraint channel_requirements_variations_by check (requirement_key <> 'variations_by'
        or (coalesce(value #>> '{}', '') in ('content', 'hashtags', 'timing'))),
    constraint channel_requirements_late_slot check (requirement_key <> 'late_slot'
        or (coalesce(value #>> '{}', '') in ('send', 'skip', 'ask')))
);
create trigger channel_requirements_changes after insert or delete or update on channels.channel_requirements
    for each row execute function channels.write_rule_change();
create trigger channel_requirements_updated_at before update on channels.channel_requirements
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one kind of publication that a publisher can make. A publisher without rows, such as dry_run, takes every
-- kind.
create table channels.publisher_channels (
    publisher text not null,                        -- Name of the publisher, as in social_accounts.publisher.
    channel_type text not null,                     -- Kind of publication: feed_post, photo_post …
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (publisher, channel_type),
    foreign key (channel_type) references channels.channel_types (channel_type) on update cascade,
    check (publisher ~ '^[a-z][a-z0-9_]*$')
);
create index publisher_channels_type on channels.publisher_channels (channel_type);
create trigger publisher_channels_changes after insert or delete or update on channels.publisher_channels
    for each row execute function channels.write_rule_change();
create trigger publisher_channels_updated_at before update on channels.publisher_channels
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one change of a row that all organizations share, written by the transaction that made it. Append-only.
create table channels.rule_changes (
    change_id text not null default tenancy.public_id('rch', nextval('channels.rule_change_id_sequence')),
                               -- Public id, such as rch-0a1b2c3d.
    occurred_at timestamptz not null default now(),
                               -- Start of the transaction that made the change.
    actor text not null,       -- Who made it: app.actor of the session, else the database login.
    action text not null,      -- insert, update or delete.
    table_name text not null,  -- Qualified name of the changed table; includes shared tables of other schemas, such as
                               -- operations.api_prices.
    row_key jsonb not null,    -- Primary key of the changed row, as an object.
    old_values jsonb,          -- The row before; NULL for an insert.
    new_values jsonb,          -- The row after; NULL for a delete.

    primary key (change_id),
    check (change_id ~ '^rch-[0-9a-f]{8}$')
);
create index rule_changes_table on channels.rule_changes (table_name, occurred_at);
create trigger rule_changes_is_append_only before delete or update on channels.rule_changes
    for each row execute function tenancy.reject_change_of_history();
create trigger rule_changes_is_never_truncated before truncate on channels.rule_changes
    for each statement execute function tenancy.reject_change_of_history();
-- no row-level security; pipeline: select; reader: select (change_id, occurred_at, action, table_name, row_key,
-- old_values, new_values)

-- One row is one secret, encrypted with a key that only the environment holds. User-maintained.
create table channels.credentials (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    credential_id text not null default tenancy.public_id('crd', nextval('channels.credential_id_sequence')),
                                                    -- Public id, such as crd-0a1b2c3d; the ciphertext is bound to it.
    credential_name text not null,                  -- Name in commands, unique within the organization.
    platform text,                                  -- Platform that the secret gives access to; NULL for other
                                                    -- services.
    secret channels.encrypted_secret not null,      -- AES-256-GCM as v1:key id:nonce:ciphertext. Bound to organization
                                                    -- and row: it cannot be decrypted in another row.
    key_id text not null generated always as (split_part(secret::text, ':', 2)) stored,
                                                    -- Id of its key in SYNDICATION_SECRET_KEYS.
    expires_at timestamptz,                         -- When the secret expires; NULL if unknown.
    last_refreshed_at timestamptz,                  -- When the secret was last stored, renewed or re-encrypted.
    refresh_attempts integer not null default 0,    -- Failed renewals since the secret was last stored.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    renewed_with text,                              -- The credential that this one was made from and is renewed with,
                                                    -- such as the token of the person who manages a page; NULL if a
                                                    -- person stored the secret.

    primary key (organization_id, credential_id),
    unique (organization_id, credential_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform) references channels.platforms (platform) on update cascade,
    foreign key (organization_id, renewed_with) references channels.credentials (organization_id, credential_id),
    check (credential_id ~ '^crd-[0-9a-f]{8}$'),
    check (credential_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (refresh_attempts >= 0),
    check (renewed_with <> credential_id)
);
create index credentials_platform on channels.credentials (platform);
create index credentials_renewed_with on channels.credentials (organization_id, renewed_with)
    where renewed_with is not null;
create trigger credentials_updated_at before update on channels.credentials
    for each row execute function tenancy.set_updated_at();
create trigger credentials_audit after insert or delete or update on channels.credentials
    for each row execute function channels.write_credential_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select (organization_id,
-- credential_id, credential_name, platform, key_id, expires_at, last_refreshed_at, refresh_attempts, created_at,
-- updated_at, renewed_with)

-- One row is one page or profile that we may publish to. User-maintained.
create table channels.social_accounts (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    account_id text not null default tenancy.public_id('acc', nextval('channels.account_id_sequence')),
                                                    -- Public id, such as acc-0a1b2c3d.
    platform text not null,                         -- Platform of the page or profile.
    remote_account_id text not null,                -- The platform's id of the page or profile.
    display_name text not null,                     -- Display name; commands accept it as well.
    publisher text not null default 'dry_run',      -- Publisher to use: dry_run sends nothing and marks its targets as
                                                    -- simulated.
    credential_id text,                             -- Credential to publish with; may be NULL for dry_run only.
    status channels.account_status not null default 'active',
                                                    -- Only active accounts are published to.
    status_reason text,                             -- Why it is paused or disconnected; NULL if active or no reason was
                                                    -- given.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    server_url text,                                -- The server of the account, on a network of many servers, such as
                                                    -- https://mastodon.example; NULL where the publisher knows the only
                                                    -- one.

    primary key (organization_id, account_id),
    unique (organization_id, platform, remote_account_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform) references channels.platforms (platform) on update cascade,
    foreign key (organization_id, credential_id) references channels.credentials (organization_id, credential_id),
    check (account_id ~ '^acc-[0-9a-f]{8}$'),
    check (remote_account_id <> ''),
    check (publisher = 'dry_run' or credential_id is not null),
    check (server_url ~ '^https?://[^[:space:]/?#@]+$'),
    constraint social_accounts_publisher_name check (publisher ~ '^[a-z][a-z0-9_]*$'),
    constraint social_accounts_publisher_of_platform check (publisher = 'dry_run' or publisher = platform
        or starts_with(publisher, platform || '_'))
);
create index social_accounts_platform on channels.social_accounts (platform);
create index social_accounts_credential on channels.social_accounts (organization_id, credential_id);
create trigger social_accounts_updated_at before update on channels.social_accounts
    for each row execute function tenancy.set_updated_at();
create trigger social_accounts_audit after insert or delete or update on channels.social_accounts
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one account in back-off, at the request of its platform. Every process respects it.
create table channels.platform_limits (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    account_id text not null,                       -- Account in back-off.
    blocked_until timestamptz not null,             -- End of the back-off: no call is made for the account until then.
    reason text not null,                           -- The platform's message.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, account_id),
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id)
        on delete cascade
);
create trigger platform_limits_updated_at before update on channels.platform_limits
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one account with what its platform answered when it was last checked. Accounts of the publisher dry_run
-- are never checked.
create table channels.account_health (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    account_id text not null,                       -- The account.
    health channels.account_health_state not null,  -- What the last check found.
    message text,                                   -- Why it is not connected, and what to do; NULL if it is.
    checked_at timestamptz not null,                -- When the account was last checked.
    connected_at timestamptz,                       -- When a check last found it connected; NULL if none ever did.

    primary key (organization_id, account_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id)
        on delete cascade,
    check ((health = 'connected') = (message is null))
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one limit that the server of an account sets itself, as its last check read it. Texts for the account's
-- platform are written within it, and nothing beyond it is sent.
create table channels.account_limits (
    organization_id text not null,    -- Organization that owns the row: first column of every key, and checked by
                                      -- row-level security.
    account_id text not null,         -- The account.
    requirement_key text not null,    -- The rule that it narrows, as in channel_requirements: text_length, image_bytes
                                      -- …
    maximum bigint not null,          -- The greatest number that the server accepts, in the unit of the rule.
    checked_at timestamptz not null,  -- When the server last stated it.

    primary key (organization_id, account_id, requirement_key),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id)
        on delete cascade,
    check (requirement_key ~ '^[a-z][a-z0-9_]*$'),
    check (maximum >= 0)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one size of pictures in one channel, shared by all organizations. Loaded from picture_formats.csv; edited
-- rows are kept.
create table channels.picture_formats (
    platform text not null,                         -- Platform of the channel.
    channel_type text not null,                     -- Kind of publication of the channel.
    format_name text not null,                      -- Name of the shape, such as square: visual templates have a format
                                                    -- of this name.
    width integer not null,                         -- Width in pixels.
    height integer not null,                        -- Height in pixels.
    maximum_bytes bigint,                           -- Largest file in bytes; NULL if the platform says nothing.
    mime_types text[] not null,                     -- Kinds of files that the channel takes, of those we write.
    safe_top integer not null default 0,            -- Pixels at the top that the platform covers.
    safe_right integer not null default 0,          -- Pixels at the right that the platform covers.
    safe_bottom integer not null default 0,         -- Pixels at the bottom that the platform covers.
    safe_left integer not null default 0,           -- Pixels at the left that the platform covers.
    priority integer not null default 0,            -- Order of the formats of a channel, the greatest first: the first
                                                    -- one is drawn if a request names none.
    is_active boolean not null default true,        -- False: no pictures of this size are made for the channel.
    source_url text,                                -- Page of the platform that says so; NULL for a size that is common
                                                    -- practice.
    checked_on date,                                -- When a person read it there; NULL if nobody has yet.
    reference_hash bytea,                           -- BLAKE2b-128 of the values last loaded from the reference file. If
                                                    -- the row's values differ from it, a person edited the row and
                                                    -- loads keep it. NULL for a row that a person inserted.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (platform, channel_type, format_name),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (format_name ~ '^[a-z][a-z0-9_]*$'),
    check (width > 0),
    check (height > 0),
    check (maximum_bytes > 0),
    check (mime_types <> '{}' and mime_types <@ '{image/jpeg,image/png}'),
    check (safe_top >= 0),
    check (safe_right >= 0),
    check (safe_bottom >= 0),
    check (safe_left >= 0),
    check ((safe_left + safe_right) < width and (safe_top + safe_bottom) < height),
    check (checked_on is null or source_url is not null)
);
create trigger picture_formats_changes after insert or delete or update on channels.picture_formats
    for each row execute function channels.write_rule_change();
create trigger picture_formats_updated_at before update on channels.picture_formats
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- Whether a JSON value has the declared type.
create function channels.is_of_type(value jsonb, value_type channels.value_type)
returns boolean language sql immutable parallel safe
return (jsonb_typeof(value) = case value_type when 'number' then 'number' when 'text' then 'string'
    when 'boolean' then 'boolean' when 'list' then 'array' else null end);
-- pipeline: execute; reader: execute

-- Whether a publisher can make a kind of publication.
create function channels.can_publish(of_publisher text, of_channel_type text)
returns boolean language sql stable parallel safe
return ((not (exists (select from channels.publisher_channels k where (k.publisher = can_publish.of_publisher))))
    or (exists (select from channels.publisher_channels k where ((k.publisher = can_publish.of_publisher)
    and (k.channel_type = can_publish.of_channel_type)))));
-- pipeline: execute; reader: execute

-- Writes the change that fires it to channels.rule_changes: the shared counterpart of tenancy.write_audit_log().
create function channels.write_rule_change()
returns trigger language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    left_out text[] := coalesce(tg_argv, '{}');
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
        old_row - left_out,
        new_row - left_out
    );
    return null;
end
$$;
-- execute: only its owner

-- Whether an organization can publish in a channel: one of its accounts on the platform has a publisher for this kind
-- of publication. Without any account there, its texts are written all the same, for people to publish.
create function channels.is_publishable(of_organization_id text, of_platform text, of_channel_type text)
returns boolean language sql stable parallel safe
return ((not (exists (select from channels.social_accounts a
    where ((a.organization_id = is_publishable.of_organization_id) and (a.platform = is_publishable.of_platform)))))
    or (exists (select from channels.social_accounts a where ((a.organization_id = is_publishable.of_organization_id)
    and (a.platform = is_publishable.of_platform)
    and channels.can_publish(a.publisher, is_publishable.of_channel_type)))));
-- pipeline: execute; reader: execute

-- tenancy.write_audit_log() without the ciphertext: the audit log is append-only, so a ciphertext in it would outlive
-- the rotation of a leaked key.
create function channels.write_credential_audit_log()
returns trigger language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

create sequence channels.account_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence channels.credential_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence channels.rule_change_id_sequence as bigint maxvalue 4294967295;
