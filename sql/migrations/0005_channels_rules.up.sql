-- Channels: platforms, channels and their rules, social accounts and credentials. Platforms, channels and rules are
-- shared by all organizations; accounts and credentials belong to one organization.

create schema channels authorization syndication_owner;

set local role syndication_owner;

grant usage on schema channels to syndication_pipeline, syndication_reader;

create sequence channels.account_id_sequence as bigint maxvalue 4294967295;
create sequence channels.credential_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema channels to syndication_pipeline;

create type channels.platform_status as enum ('active', 'inactive', 'deprecated');

create type channels.support_status as enum ('active', 'beta', 'not_implemented', 'deprecated');

create type channels.value_type as enum ('number', 'text', 'boolean', 'list');

create type channels.severity as enum ('hard', 'soft');
comment on type channels.severity is
'What a violation of a rule does.
hard: a violation prevents publication
soft: a violation is shown to the reviewer';

create table channels.platforms (
    platform text primary key check (platform ~ '^[a-z][a-z0-9_]*$'),
    display_name text not null,
    description text,
    status channels.platform_status not null default 'active',
    priority integer not null default 0,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table channels.platforms is
'One row is one platform, shared by all organizations. Loaded from platforms.csv; edited rows are kept.';
comment on column channels.platforms.platform is 'Name in every other table, in commands and in the landing zone.';
comment on column channels.platforms.display_name is 'Display name.';
comment on column channels.platforms.description is
'What is published there, in a sentence; shown by `syndication channels`.';
comment on column channels.platforms.status is 'Only active platforms are written for and published to.';
comment on column channels.platforms.priority is 'Display order, the greatest first.';
comment on column channels.platforms.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';

create table channels.channel_types (
    channel_type text primary key check (channel_type ~ '^[a-z][a-z0-9_]*$'),
    display_name text not null,
    description text,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table channels.channel_types is
'One row is one kind of publication, independent of the platform.';
comment on column channels.channel_types.channel_type is 'Name in every other table and in commands.';
comment on column channels.channel_types.display_name is 'Display name.';
comment on column channels.channel_types.description is
'What such a publication looks like, in a sentence; shown by `syndication channels`.';
comment on column channels.channel_types.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';

create table channels.platform_channels (
    platform text not null references channels.platforms on update cascade,
    channel_type text not null references channels.channel_types on update cascade,
    status channels.support_status not null default 'active',
    priority integer not null default 0,
    notes text,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (platform, channel_type)
);

create index platform_channels_type on channels.platform_channels (channel_type);

comment on table channels.platform_channels is
'One row is one channel: a kind of publication on a platform. Schedules, selections and targets refer to it.';
comment on column channels.platform_channels.platform is 'Platform of the channel.';
comment on column channels.platform_channels.channel_type is 'Kind of publication of the channel.';
comment on column channels.platform_channels.status is
'Texts are written for active and beta channels only.';
comment on column channels.platform_channels.priority is 'Display order within the platform, the greatest first.';
comment on column channels.platform_channels.notes is
'What people should know about the channel; shown by `syndication channels`. NULL if nothing.';
comment on column channels.platform_channels.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';

create function channels.is_of_type(value jsonb, value_type channels.value_type)
returns boolean language sql immutable parallel safe
return jsonb_typeof(value) = case value_type
    when 'number' then 'number' when 'text' then 'string' when 'boolean' then 'boolean' when 'list' then 'array'
end;

comment on function channels.is_of_type is
'Whether a JSON value has the declared type.';

grant execute on function channels.is_of_type to syndication_pipeline, syndication_reader;

create table channels.channel_requirements (
    platform text not null,
    channel_type text not null,
    requirement_category text not null check (requirement_category in ('content', 'media', 'engagement')),
    requirement_key text not null check (requirement_key ~ '^[a-z][a-z0-9_]*$'),
    value_type channels.value_type not null,
    value jsonb,
    minimum numeric,
    maximum numeric,
    unit text,
    severity channels.severity not null default 'hard',
    priority integer not null default 0,
    description text,
    is_active boolean not null default true,
    source_url text,
    checked_on date,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (platform, channel_type, requirement_category, requirement_key),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    check (value is null or channels.is_of_type(value, value_type)),
    check (num_nonnulls(value, minimum, maximum) > 0),
    check (value_type = 'number' or num_nonnulls(minimum, maximum) = 0),
    check (minimum <= maximum),
    -- An unknown kind of variations would silently be treated as none.
    constraint channel_requirements_variations_by check (
        requirement_key <> 'variations_by' or coalesce(value #>> '{}', '') in ('content', 'hashtags', 'timing')
    ),
    constraint channel_requirements_late_slot check (
        requirement_key <> 'late_slot' or coalesce(value #>> '{}', '') in ('send', 'skip', 'ask')
    )
);

comment on table channels.channel_requirements is
'One row is one rule of one channel. Prompts are built from these rows and texts are validated against them.';
comment on column channels.channel_requirements.platform is 'Platform of the channel.';
comment on column channels.channel_requirements.channel_type is 'Kind of publication of the channel.';
comment on column channels.channel_requirements.requirement_category is 'Category: content, media or engagement.';
comment on column channels.channel_requirements.requirement_key is
'Name of the rule: text_length, hashtag_count, banned_words, tone …';
comment on column channels.channel_requirements.value_type is 'JSON type that the value must have.';
comment on column channels.channel_requirements.value is
'The required value: a number, text, boolean or list; NULL if minimum or maximum define a range instead.';
comment on column channels.channel_requirements.minimum is
'Smallest allowed number, inclusive; NULL for no lower bound.';
comment on column channels.channel_requirements.maximum is
'Greatest allowed number, inclusive; NULL for no upper bound.';
comment on column channels.channel_requirements.unit is 'Unit of the numbers: characters, hashtags …; NULL if none.';
comment on column channels.channel_requirements.severity is
'hard: a violation prevents publication. soft: a violation is shown to the reviewer.';
comment on column channels.channel_requirements.priority is 'Order within the category, the greatest first.';
comment on column channels.channel_requirements.description is 'The rule as a sentence, used verbatim in prompts.';
comment on column channels.channel_requirements.is_active is 'FALSE disables the rule.';
comment on column channels.channel_requirements.source_url is 'Documentation of the rule; NULL for a house rule.';
comment on column channels.channel_requirements.checked_on is
'Day on which a person last checked the rule against source_url; NULL if nobody has.';
comment on column channels.channel_requirements.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';

create table channels.publisher_channels (
    publisher text not null check (publisher ~ '^[a-z][a-z0-9_]*$'),
    channel_type text not null references channels.channel_types on update cascade,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (publisher, channel_type)
);

create index publisher_channels_type on channels.publisher_channels (channel_type);

comment on table channels.publisher_channels is
'One row is one kind of publication that a publisher can make. A publisher without rows, such as dry_run, takes every '
'kind.';
comment on column channels.publisher_channels.publisher is 'Name of the publisher, as in social_accounts.publisher.';
comment on column channels.publisher_channels.channel_type is 'Kind of publication: feed_post, photo_post …';
comment on column channels.publisher_channels.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';

create function channels.can_publish(of_publisher text, of_channel_type text)
returns boolean language sql stable parallel safe
return not exists (select from channels.publisher_channels as k where k.publisher = of_publisher)
or exists (
    select from channels.publisher_channels as k
    where k.publisher = of_publisher and k.channel_type = of_channel_type
);

comment on function channels.can_publish is 'Whether a publisher can make a kind of publication.';

grant execute on function channels.can_publish to syndication_pipeline, syndication_reader;

-- The history of shared rules, which belongs to no organization's audit log. Only the trigger writes it, so no role is
-- granted its sequence.
create sequence channels.rule_change_id_sequence as bigint maxvalue 4294967295;

create table channels.rule_changes (
    change_id text primary key default tenancy.public_id('rch', nextval('channels.rule_change_id_sequence'))
        check (change_id ~ '^rch-[0-9a-f]{8}$'),
    occurred_at timestamptz not null default now(),
    actor text not null,
    action text not null,
    table_name text not null,
    row_key jsonb not null,
    old_values jsonb,
    new_values jsonb
);

comment on table channels.rule_changes is
'One row is one change of a row that all organizations share, written by the transaction that made it. Append-only.';
comment on column channels.rule_changes.change_id is 'Public id, such as rch-0a1b2c3d.';
comment on column channels.rule_changes.occurred_at is 'Start of the transaction that made the change.';
comment on column channels.rule_changes.actor is 'Who made it: app.actor of the session, else the database login.';
comment on column channels.rule_changes.action is 'insert, update or delete.';
comment on column channels.rule_changes.table_name is
'Qualified name of the changed table; includes shared tables of other schemas, such as operations.api_prices.';
comment on column channels.rule_changes.row_key is 'Primary key of the changed row, as an object.';
comment on column channels.rule_changes.old_values is 'The row before; NULL for an insert.';
comment on column channels.rule_changes.new_values is 'The row after; NULL for a delete.';

create index rule_changes_table on channels.rule_changes (table_name, occurred_at);

create trigger rule_changes_is_append_only
before update or delete on channels.rule_changes
for each row execute function tenancy.reject_change_of_history();

create trigger rule_changes_is_never_truncated
before truncate on channels.rule_changes
for each statement execute function tenancy.reject_change_of_history();

grant select on channels.rule_changes to syndication_pipeline;
-- Without actor: one organization must not see the people of another.
grant select (change_id, occurred_at, action, table_name, row_key, old_values, new_values)
on channels.rule_changes to syndication_reader;

create function channels.write_rule_change()
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
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
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

comment on function channels.write_rule_change is
'Writes the change that fires it to channels.rule_changes: the shared counterpart of tenancy.write_audit_log().';

create trigger platforms_changes after insert or update or delete on channels.platforms
for each row execute function channels.write_rule_change();
create trigger channel_types_changes after insert or update or delete on channels.channel_types
for each row execute function channels.write_rule_change();
create trigger platform_channels_changes after insert or update or delete on channels.platform_channels
for each row execute function channels.write_rule_change();
create trigger publisher_channels_changes after insert or update or delete on channels.publisher_channels
for each row execute function channels.write_rule_change();
create trigger channel_requirements_changes after insert or update or delete on channels.channel_requirements
for each row execute function channels.write_rule_change();

-- Written by syndication_assets/channels/secret_box.py: version, key id, nonce and ciphertext. Rejects plain text.
create domain channels.encrypted_secret as text
check (value ~ '^v1:[A-Za-z0-9_-]{1,32}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{22,}$');

create table channels.credentials (
    organization_id text not null references tenancy.organizations on delete cascade,
    credential_id text not null default tenancy.public_id('crd', nextval('channels.credential_id_sequence'))
        check (credential_id ~ '^crd-[0-9a-f]{8}$'),
    credential_name text not null check (credential_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    platform text references channels.platforms on update cascade,
    secret channels.encrypted_secret not null,
    key_id text not null generated always as (split_part(secret, ':', 2)) stored,
    expires_at timestamptz,
    last_refreshed_at timestamptz,
    refresh_attempts integer not null default 0 check (refresh_attempts >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, credential_id),
    unique (organization_id, credential_name)
);

create index credentials_platform on channels.credentials (platform);

comment on table channels.credentials is
'One row is one secret, encrypted with a key that only the environment holds. User-maintained.';
comment on column channels.credentials.credential_id is
'Public id, such as crd-0a1b2c3d; the ciphertext is bound to it.';
comment on column channels.credentials.credential_name is 'Name in commands, unique within the organization.';
comment on column channels.credentials.platform is 'Platform that the secret gives access to; NULL for other services.';
comment on column channels.credentials.secret is
'AES-256-GCM as v1:key id:nonce:ciphertext. Bound to organization and row: it cannot be decrypted in another row.';
comment on column channels.credentials.key_id is 'Id of its key in SYNDICATION_SECRET_KEYS.';
comment on column channels.credentials.expires_at is 'When the secret expires; NULL if unknown.';
comment on column channels.credentials.last_refreshed_at is 'When the secret was last stored, renewed or re-encrypted.';
comment on column channels.credentials.refresh_attempts is 'Failed renewals since the secret was last stored.';

create type channels.account_status as enum ('active', 'paused', 'disconnected');
comment on type channels.account_status is
'Whether posts are published to an account.
paused: a person paused it
disconnected: the platform rejects its credential: a person has to reconnect it';

create table channels.social_accounts (
    organization_id text not null references tenancy.organizations on delete cascade,
    account_id text not null default tenancy.public_id('acc', nextval('channels.account_id_sequence'))
        check (account_id ~ '^acc-[0-9a-f]{8}$'),
    platform text not null references channels.platforms on update cascade,
    remote_account_id text not null check (remote_account_id <> ''),
    display_name text not null,
    publisher text not null default 'dry_run' check (publisher in ('dry_run', 'facebook_graph')),
    credential_id text,
    status channels.account_status not null default 'active',
    status_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, account_id),
    unique (organization_id, platform, remote_account_id),
    foreign key (organization_id, credential_id) references channels.credentials,
    check (publisher = 'dry_run' or credential_id is not null),
    check (publisher <> 'facebook_graph' or platform = 'facebook')
);

create index social_accounts_platform on channels.social_accounts (platform);
create index social_accounts_credential on channels.social_accounts (organization_id, credential_id);

comment on table channels.social_accounts is
'One row is one page or profile that we may publish to. User-maintained.';
comment on column channels.social_accounts.account_id is 'Public id, such as acc-0a1b2c3d.';
comment on column channels.social_accounts.platform is 'Platform of the page or profile.';
comment on column channels.social_accounts.remote_account_id is 'The platform''s id of the page or profile.';
comment on column channels.social_accounts.display_name is 'Display name; commands accept it as well.';
comment on column channels.social_accounts.publisher is
'Publisher to use: dry_run sends nothing and marks its targets as simulated.';
comment on column channels.social_accounts.credential_id is 'Credential to publish with; may be NULL for dry_run only.';
comment on column channels.social_accounts.status is 'Only active accounts are published to.';
comment on column channels.social_accounts.status_reason is
'Why it is paused or disconnected; NULL if active or no reason was given.';

create function channels.is_publishable(of_organization_id text, of_platform text, of_channel_type text)
returns boolean language sql stable parallel safe
return not exists (
    select from channels.social_accounts as a where a.organization_id = of_organization_id and a.platform = of_platform
)
or exists (
    select from channels.social_accounts as a
    where
        a.organization_id = of_organization_id
        and a.platform = of_platform
        and channels.can_publish(a.publisher, of_channel_type)
);

comment on function channels.is_publishable is
'Whether an organization can publish in a channel: one of its accounts on the platform has a publisher for this kind '
'of publication. Without any account there, its texts are written all the same, for people to publish.';

grant execute on function channels.is_publishable to syndication_pipeline, syndication_reader;

select tenancy.protect_tenant_table('channels.credentials');
select tenancy.protect_tenant_table('channels.social_accounts');

-- Readers see that a credential exists and when it expires, but never its ciphertext.
revoke select on channels.credentials from syndication_reader;
grant select (
    organization_id, credential_id, credential_name, platform, key_id, expires_at, last_refreshed_at,
    refresh_attempts, created_at, updated_at
) on channels.credentials to syndication_reader;

grant select, insert, update, delete on
channels.platforms, channels.channel_types, channels.platform_channels, channels.channel_requirements,
channels.publisher_channels
to syndication_pipeline;
grant select on
channels.platforms, channels.channel_types, channels.platform_channels, channels.channel_requirements,
channels.publisher_channels
to syndication_reader;

create trigger platforms_updated_at before update on channels.platforms
for each row execute function tenancy.set_updated_at();
create trigger channel_types_updated_at before update on channels.channel_types
for each row execute function tenancy.set_updated_at();
create trigger platform_channels_updated_at before update on channels.platform_channels
for each row execute function tenancy.set_updated_at();
create trigger publisher_channels_updated_at before update on channels.publisher_channels
for each row execute function tenancy.set_updated_at();
create trigger channel_requirements_updated_at before update on channels.channel_requirements
for each row execute function tenancy.set_updated_at();
create trigger credentials_updated_at before update on channels.credentials
for each row execute function tenancy.set_updated_at();
create trigger social_accounts_updated_at before update on channels.social_accounts
for each row execute function tenancy.set_updated_at();

create function channels.write_credential_audit_log()
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
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
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

comment on function channels.write_credential_audit_log is
'tenancy.write_audit_log() without the ciphertext: the audit log is append-only, so a ciphertext in it would outlive '
'the rotation of a leaked key.';

create trigger credentials_audit after insert or update or delete on channels.credentials
for each row execute function channels.write_credential_audit_log();
create trigger social_accounts_audit after insert or update or delete on channels.social_accounts
for each row execute function tenancy.write_audit_log();

create table channels.platform_limits (
    organization_id text not null,
    account_id text not null,
    blocked_until timestamptz not null,
    reason text not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, account_id),
    foreign key (organization_id, account_id) references channels.social_accounts on delete cascade
);

comment on table channels.platform_limits is
'One row is one account in back-off, at the request of its platform. Every process respects it.';
comment on column channels.platform_limits.account_id is 'Account in back-off.';
comment on column channels.platform_limits.blocked_until is
'End of the back-off: no call is made for the account until then.';
comment on column channels.platform_limits.reason is 'The platform''s message.';
select tenancy.protect_tenant_table('channels.platform_limits');
create trigger platform_limits_updated_at before update on channels.platform_limits
for each row execute function tenancy.set_updated_at();

select tenancy.comment_standard_columns('channels.platforms');
select tenancy.comment_standard_columns('channels.channel_types');
select tenancy.comment_standard_columns('channels.platform_channels');
select tenancy.comment_standard_columns('channels.channel_requirements');
select tenancy.comment_standard_columns('channels.publisher_channels');
