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

-- One row is one person, who may belong to several organizations.
create table tenancy.users (
    user_id text not null default tenancy.public_id('usr', nextval('tenancy.user_id_sequence')),
                                                    -- Public id, such as usr-0a1b2c3d.
    email text not null,                            -- E-mail address, unique regardless of case.
    display_name text,                              -- Display name; NULL if none is given.
    is_active boolean not null default true,        -- False locks the account.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (user_id),
    check (user_id ~ '^usr-[0-9a-f]{8}$'),
    check (email like '%_@_%')
);
create unique index users_email_key on tenancy.users (lower(email));
create trigger users_updated_at before update on tenancy.users for each row execute function tenancy.set_updated_at();
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

-- Writes the audit row of the change that fires the trigger. The actor is `app.actor` of the session, else the database
-- login.
create function tenancy.write_audit_log()
returns trigger language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
        (
            select jsonb_object_agg(a.attname, changed_row -> a.attname::text)
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

create sequence tenancy.organization_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.user_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence tenancy.audit_id_sequence as bigint maxvalue 4294967295;
