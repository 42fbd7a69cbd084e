-- Tenancy: roles, schemas, public ids, organizations with their members, the audit log,
-- and the month partitions that every later high-volume table uses.
--
-- Roles belong to the whole server, so they may exist already (another database made them); the down
-- migration leaves them in place for the same reason.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['syndication_owner', 'syndication_pipeline', 'syndication_reader'] loop
        begin
            execute format('create role %I nologin', role_name);
        exception
            when duplicate_object or unique_violation then null;
        end;
        if not pg_has_role(current_user, role_name, 'member')
            or (select not rolsuper from pg_roles where rolname = current_user)
        then
            execute format('grant %I to %I', role_name, current_user);
        end if;
    end loop;
    execute format('grant create on database %I to syndication_owner', current_database());
end
$$;

create schema tenancy authorization syndication_owner;
create schema operations authorization syndication_owner;

set local role syndication_owner;

grant usage on schema tenancy, operations to syndication_pipeline, syndication_reader;

-- A public id: the entity's prefix and 8 hex digits. Multiplying by an odd constant is a bijection on
-- 32 bits, so ids look shuffled and cannot collide up to 4 294 967 295 rows of an entity; the constant
-- stays below 2^31 so that the product fits a bigint.
create function tenancy.public_id(prefix text, sequence_number bigint)
returns text language sql immutable parallel safe
as $$ select prefix || '-' || lpad(to_hex((sequence_number * 1597463007) & 4294967295), 8, '0') $$;

create function tenancy.current_organization_id()
returns text language sql stable parallel safe
as $$ select nullif(current_setting('app.organization_id', true), '') $$;

-- Enables and forces row-level security on a tenant table (or one of its partitions):
-- the pipeline works on all organizations, a reader sees the organization of its session only.
create function tenancy.protect_tenant_table(tenant_table regclass, is_partition boolean default false)
returns void language plpgsql
set search_path = pg_catalog
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
        execute format('grant select, insert, update, delete on %s to syndication_pipeline', tenant_table);
        execute format('grant select on %s to syndication_reader', tenant_table);
    end if;
end
$$;

create function tenancy.set_updated_at()
returns trigger language plpgsql
set search_path = pg_catalog
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

create sequence tenancy.organization_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.user_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.audit_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema tenancy to syndication_pipeline;

-- One row is one tenant.
create table tenancy.organizations (
    organization_id text primary key
        default tenancy.public_id('org', nextval('tenancy.organization_id_sequence'))
        check (organization_id like 'org-________'),
    slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null check (name <> ''),
    description text,
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- One row is one person. A person may belong to several organizations.
create table tenancy.users (
    user_id text primary key
        default tenancy.public_id('usr', nextval('tenancy.user_id_sequence'))
        check (user_id like 'usr-________'),
    email text not null check (email like '%_@_%'),
    display_name text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create unique index users_email_key on tenancy.users (lower(email));

-- Ordered from the least to the most powerful, so that `role >= 'editor'` asks the right question.
create type tenancy.member_role as enum ('viewer', 'member', 'editor', 'manager', 'admin', 'owner');

create type tenancy.membership_status as enum ('pending', 'active', 'inactive', 'suspended');

-- One row is one person in one organization.
create table tenancy.organization_members (
    organization_id text not null references tenancy.organizations on delete cascade,
    user_id text not null references tenancy.users on delete cascade,
    role tenancy.member_role not null default 'member',
    status tenancy.membership_status not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, user_id)
);

create index organization_members_user on tenancy.organization_members (user_id);

-- One row is one change, written by the transaction that made it. Nobody updates or deletes here.
create table tenancy.audit_log (
    organization_id text not null,
    occurred_at timestamptz not null default now(),
    audit_id text not null default tenancy.public_id('aud', nextval('tenancy.audit_id_sequence')),
    actor text not null,
    action text not null,
    table_name text not null,
    row_key jsonb not null,
    old_values jsonb,
    new_values jsonb,
    primary key (organization_id, occurred_at, audit_id)
) partition by range (occurred_at);

create function tenancy.refuse_change_of_history()
returns trigger language plpgsql
set search_path = pg_catalog
as $$
begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_is_append_only
before update or delete on tenancy.audit_log
for each row execute function tenancy.refuse_change_of_history();

-- A high-volume table has one partition a month. `months_ahead` partitions are made before they are needed.
create table operations.partitioned_tables (
    table_name text primary key,
    months_ahead integer not null default 3 check (months_ahead between 0 and 120)
);
grant select on operations.partitioned_tables to syndication_pipeline, syndication_reader;

-- Makes the month partitions of `parent_table` that cover first_day .. last_day and are not there yet, and
-- returns how many it made. Two callers at once are safe: the lock is held until commit, and `like … attach`
-- leaves readers of the parent undisturbed.
create function operations.ensure_month_partitions(parent_table regclass, first_day date, last_day date)
returns integer language plpgsql security definer
set search_path = pg_catalog
as $$
declare
    month_start date;
    partition_name text;
    parent_schema text;
    parent_name text;
    partitions_made integer := 0;
begin
    select n.nspname, c.relname into strict parent_schema, parent_name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = parent_table and c.relkind = 'p';

    for month_start in
        select generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, '1 month')::date
    loop
        partition_name := format('%I.%I', parent_schema, parent_name || to_char(month_start, '_YYYY_MM'));
        continue when to_regclass(partition_name) is not null;
        perform pg_advisory_xact_lock(hashtext('month partitions'), parent_table::oid::integer);
        continue when to_regclass(partition_name) is not null;
        execute format('create table %s (like %s including all)', partition_name, parent_table);
        perform tenancy.protect_tenant_table(partition_name::regclass, is_partition => true);
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent_table, partition_name,
            month_start || ' 00:00:00+00', (month_start + interval '1 month')::date || ' 00:00:00+00'
        );
        partitions_made := partitions_made + 1;
    end loop;
    return partitions_made;
end
$$;

-- Makes every registered table's partitions for this month and the months ahead.
create function operations.ensure_upcoming_partitions()
returns table (table_name text, partitions_made integer) language sql security definer
set search_path = pg_catalog
as $$
    select
        p.table_name,
        operations.ensure_month_partitions(
            p.table_name::regclass,
            (now() at time zone 'utc')::date,
            ((now() at time zone 'utc') + make_interval(months => p.months_ahead))::date
        )
    from operations.partitioned_tables p
    order by p.table_name
$$;

revoke execute on function operations.ensure_month_partitions from public;
revoke execute on function operations.ensure_upcoming_partitions from public;
grant execute on function operations.ensure_month_partitions, operations.ensure_upcoming_partitions
to syndication_pipeline;

-- Writes the audit row of the change that fires it. The actor is whom the application names in
-- `app.actor`, else the database login.
create function tenancy.write_audit_log()
returns trigger language plpgsql security definer
set search_path = pg_catalog
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
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
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
        lower(tg_op),
        tg_table_schema || '.' || tg_table_name,
        jsonb_strip_nulls(jsonb_build_object(
            'organization_id', changed_row -> 'organization_id', 'user_id', changed_row -> 'user_id'
        )),
        old_row,
        new_row
    );
    return null;
end
$$;

select tenancy.protect_tenant_table('tenancy.organizations');
select tenancy.protect_tenant_table('tenancy.organization_members');
select tenancy.protect_tenant_table('tenancy.audit_log');

revoke update, delete on tenancy.audit_log from syndication_pipeline;

-- The audit trigger runs as the owner, whom forced row-level security binds too: it may append, nothing else.
create policy owner_appends on tenancy.audit_log for insert to syndication_owner with check (true);

-- People are not rows of one tenant: a reader sees those who belong to its organization.
alter table tenancy.users enable row level security;
alter table tenancy.users force row level security;
create policy pipeline_all on tenancy.users to syndication_pipeline using (true) with check (true);
create policy reader_own_organization on tenancy.users for select to syndication_reader
using (exists (
    select from tenancy.organization_members m
    where m.user_id = users.user_id and m.organization_id = tenancy.current_organization_id()
));
grant select, insert, update, delete on tenancy.users to syndication_pipeline;
grant select on tenancy.users to syndication_reader;

create trigger organizations_updated_at before update on tenancy.organizations
for each row execute function tenancy.set_updated_at();
create trigger users_updated_at before update on tenancy.users
for each row execute function tenancy.set_updated_at();
create trigger organization_members_updated_at before update on tenancy.organization_members
for each row execute function tenancy.set_updated_at();

create trigger organizations_audit after insert or update or delete on tenancy.organizations
for each row execute function tenancy.write_audit_log();
create trigger organization_members_audit after insert or update or delete on tenancy.organization_members
for each row execute function tenancy.write_audit_log();

insert into operations.partitioned_tables (table_name) values ('tenancy.audit_log');

-- Someone with one organization never has to think about tenancy.
set local role syndication_pipeline;
insert into tenancy.organizations (slug, name, description)
values ('default', 'Default organization', 'Made by the first migration.');
