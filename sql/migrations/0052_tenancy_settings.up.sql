-- Tenancy: settings that belong to the installation or an organization and not to a machine, as typed rows.

set local role syndication_owner;

create type tenancy.setting_type as enum ('integer', 'text');
comment on type tenancy.setting_type is
'What the value of a setting is.
integer: a whole number
text: a line of at most 500 characters, one of the choices and of the pattern where there are any';

create function tenancy.is_setting_value(
    value jsonb, data_type tenancy.setting_type, minimum bigint, maximum bigint, choices text[],
    pattern text
)
returns boolean language sql immutable
set search_path = pg_catalog, pg_temp
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
comment on function tenancy.is_setting_value is
'Whether a setting of this type, with these limits, may have the value.';
grant execute on function tenancy.is_setting_value to syndication_pipeline;

create table tenancy.settings (
    setting text primary key check (setting ~ '^[a-z]+\.[a-z_]+$'),
    data_type tenancy.setting_type not null,
    default_value jsonb,
    value jsonb,
    secret channels.encrypted_secret,
    minimum bigint,
    maximum bigint,
    choices text[],
    pattern text,
    is_of_organizations boolean not null default false,
    is_encrypted boolean not null default false,
    is_read_only boolean not null default false,
    description text not null check (description <> ''),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint settings_integer_has_limits check (data_type <> 'integer' or num_nonnulls(minimum, maximum) = 2),
    constraint settings_text_has_none check (data_type = 'integer' or num_nonnulls(minimum, maximum) = 0),
    constraint settings_choices_are_texts check (num_nonnulls(choices, pattern) = 0 or data_type = 'text'),
    constraint settings_default_fits check (
        default_value is null
        or tenancy.is_setting_value(default_value, data_type, minimum, maximum, choices, pattern)
    ),
    constraint settings_value_fits check (
        value is null or tenancy.is_setting_value(value, data_type, minimum, maximum, choices, pattern)
    ),
    constraint settings_encrypted_is_a_secret check (
        case when is_encrypted then num_nonnulls(value, default_value) = 0 and data_type = 'text'
        else secret is null end
    ),
    constraint settings_secret_is_of_the_installation check (not (is_encrypted and is_of_organizations)),
    constraint settings_read_only_stays check (
        not is_read_only or (num_nonnulls(value, secret) = 0 and not is_of_organizations)
    )
);

comment on table tenancy.settings is
'One row is one setting: its type, its limits, and the value of the installation. Only values are user-maintained.';
comment on column tenancy.settings.setting is 'Name, as in publishing.maximum_attempts.';
comment on column tenancy.settings.data_type is 'What a value is.';
comment on column tenancy.settings.default_value is 'The value as the project comes; NULL for none.';
comment on column tenancy.settings.value is
'The value of the installation, which organizations without one of their own have; NULL for the default.';
comment on column tenancy.settings.secret is
'The value of an encrypted setting, as in channels.credentials; bound to the name. NULL for none.';
comment on column tenancy.settings.minimum is 'Smallest whole number; NULL for a text.';
comment on column tenancy.settings.maximum is 'Greatest whole number; NULL for a text.';
comment on column tenancy.settings.choices is 'The texts to choose from; NULL for any.';
comment on column tenancy.settings.pattern is
'The regular expression that a text matches, that of a secret included; NULL for any text.';
comment on column tenancy.settings.is_of_organizations is 'Whether an organization may have a value of its own.';
comment on column tenancy.settings.is_encrypted is 'Whether the value is a secret: stored encrypted, and never shown.';
comment on column tenancy.settings.is_read_only is 'Whether only a migration changes the value.';
comment on column tenancy.settings.description is 'What it means, as a sentence.';

create table tenancy.organization_settings (
    organization_id text not null references tenancy.organizations on delete cascade,
    setting text not null references tenancy.settings,
    value jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, setting)
);
create index organization_settings_setting on tenancy.organization_settings (setting);

comment on table tenancy.organization_settings is
'One row is one setting that an organization has a value of its own for. User-maintained.';
comment on column tenancy.organization_settings.setting is 'The setting; refers to settings.';
comment on column tenancy.organization_settings.value is 'The value, within the limits of the setting.';

create function tenancy.check_organization_setting()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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
comment on function tenancy.check_organization_setting is
'Rejects a value that is not of the type and within the limits of its setting, and settings of the installation.';

create trigger organization_settings_fit before insert or update on tenancy.organization_settings
for each row execute function tenancy.check_organization_setting();
create trigger organization_settings_updated_at before update on tenancy.organization_settings
for each row execute function tenancy.set_updated_at();
create trigger organization_settings_audit after insert or update or delete on tenancy.organization_settings
for each row execute function tenancy.write_audit_log();
select tenancy.protect_tenant_table('tenancy.organization_settings');

create function tenancy.setting(named text, of_organization text default null)
returns jsonb language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(o.value, s.value, s.default_value)
    from tenancy.settings as s
    left join tenancy.organization_settings as o
        on s.setting = o.setting and o.organization_id = of_organization
    where s.setting = named
$$;
comment on function tenancy.setting is
'The value that holds for an organization: its own, else that of the installation, else the default. Without an '
'organization, that of the installation.';

grant select on tenancy.settings to syndication_pipeline;
grant select (
    setting, data_type, default_value, value, minimum, maximum, choices, pattern, is_of_organizations,
    is_encrypted, is_read_only, description, created_at, updated_at
) on tenancy.settings to syndication_reader;
grant update (value, secret) on tenancy.settings to syndication_pipeline;
grant execute on function tenancy.setting to syndication_pipeline, syndication_reader;

-- Columns that a trigger names as its arguments, such as a secret, are left out of the log.
create or replace function channels.write_rule_change()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
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

insert into tenancy.settings
(
    setting, data_type, default_value, minimum, maximum, choices, pattern, is_of_organizations, is_encrypted,
    is_read_only, description
)
values
(
    'api.requests_per_day', 'integer', null, 1, 1000000000, null, null, true, false, false,
    'How many requests of the API a key may make on a UTC day if it says nothing itself; none for no limit.'
),
(
    'mail.sender', 'text', null, null, null, null, '^[^@[:space:]]+@[^@[:space:]]+$', false, false, false,
    'The address that mails of alerts come from; none for SYNDICATION_MAIL_FROM.'
),
(
    'mail.server', 'text', null, null, null, null, '^smtps?://[^[:space:]/]+$', false, true, false,
    'The mail server for alerts, as smtp://user:password@host:587; none for SYNDICATION_SMTP_URL.'
),
(
    'people.failed_sign_ins', 'integer', '5', 1, 100, null, null, false, false, false,
    'After how many wrong passwords in a row an account is locked.'
),
(
    'people.link_minutes', 'integer', '10', 1, 60, null, null, false, false, true,
    'For how many minutes a link signs in without a password.'
),
(
    'people.lock_minutes', 'integer', '15', 1, 10080, null, null, false, false, false,
    'For how many minutes an account is locked after too many wrong passwords.'
),
(
    'people.reset_minutes', 'integer', '60', 1, 1440, null, null, false, false, true,
    'For how many minutes a token sets a new password.'
),
(
    'people.session_hours', 'integer', '12', 1, 720, null, null, false, false, false,
    'After how many hours people have to sign in again.'
),
(
    'people.session_unused_minutes', 'integer', '120', 5, 43200, null, null, false, false, false,
    'After how many minutes without a page people have to sign in again.'
),
(
    'publishing.maximum_attempts', 'integer', '5', 1, 1000, null, null, true, false, false,
    'After how many temporary rejections a post fails; rate limits do not count.'
),
(
    'publishing.maximum_delay_hours', 'integer', '24', 1, 1000000, null, null, true, false, false,
    'By how many hours a post may miss its slot and still be sent; later, the rule late_slot of its channel decides.'
),
(
    'scraping.fetch_guard_minutes', 'integer', '120', 0, 43200, null, null, true, false, false,
    'For how many minutes a profile that has landed is not fetched and paid for again by a run that fetches all.'
),
(
    'scraping.insights_days', 'integer', '28', 1, 365, null, null, true, false, false,
    'For how many days after its publication a post on an own page is measured.'
),
(
    'selecting.no_repeat_days', 'integer', '30', 0, 3650, null, null, true, false, false,
    'For how many days a channel does not repeat a product.'
),
(
    'studio.language', 'text', '"en"', null, null, null, '^[a-z]{2}$', true, false, false,
    'The language of a brief that names none, as an ISO 639-1 code.'
),
(
    'studio.photo_no_repeat_days', 'integer', '90', 0, 3650, null, null, true, false, false,
    'For how many days a stock image that a visual shows is not chosen again, unless a person chooses it.'
),
(
    'studio.tone', 'text', null, null, null, null, null, true, false, false,
    'How the texts of a brief speak if neither the brief nor whoever asks for it says so.'
),
(
    'web.language', 'text', null, null, null, array['en', 'de', 'ar'], null, true, false, false,
    'The language of the web page for people who have chosen none; none for that of their browser.'
);

create trigger settings_updated_at before update on tenancy.settings
for each row execute function tenancy.set_updated_at();
-- After the rows above, which nobody changed.
create trigger settings_changes after insert or delete or update on tenancy.settings
for each row execute function channels.write_rule_change('secret');

insert into tenancy.permissions (permission, description) values
('settings.edit', 'Change settings of an organization; those of the installation need it in all organizations.');
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values
('admin', 'settings.edit'),
('owner', 'settings.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;

alter table tenancy.user_preferences add column tone text
check (tone <> '' and length(tone) <= 500 and btrim(tone) = tone and tone !~ '[[:cntrl:]]');
comment on column tenancy.user_preferences.tone is
'How the texts of briefs that the user asks for speak, where a brief does not say; NULL for that of the organization.';
