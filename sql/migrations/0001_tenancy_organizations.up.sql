-- Tenancy: roles, schemas, public ids, organizations with their members, the audit log, and the month partitions of all
-- high-volume tables.
--
-- Roles belong to the whole server, so another database may have created them; the down migration keeps them for the
-- same reason. Migrating needs no superuser: CREATEROLE and ownership of the database suffice, and CREATEROLE is not
-- needed if an administrator has created and granted the roles.

do $$
declare
    role_names constant text[] := array['syndication_owner', 'syndication_pipeline', 'syndication_reader'];
    role_name text;
    -- PostgreSQL 16 and newer distinguish membership from the right to act as the role.
    right_to_act text := case
        when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member'
    end;
    what_to_run text := 'Let an administrator run: ' || coalesce(
        (
            select string_agg(format('create role %I nologin; ', missing_role), '' order by missing_role)
            from unnest(role_names) missing_role
            where not exists (select from pg_roles where rolname = missing_role)
        ), ''
    ) || format(
        'grant syndication_owner, syndication_pipeline, syndication_reader to %I; '
        'grant create on database %I to %I; then migrate again.',
        current_user, current_database(), current_user
    );
begin
    foreach role_name in array role_names loop
        begin
            if not exists (select from pg_roles where rolname = role_name) then
                execute format('create role %I nologin', role_name);
            end if;
        exception
            when duplicate_object or unique_violation then null; -- created by a concurrent migration
            when insufficient_privilege then
                raise exception '% may not create the role %', current_user, role_name
                    using errcode = 'insufficient_privilege', hint = what_to_run;
        end;
        begin
            if not pg_has_role(current_user, role_name, right_to_act) then
                execute format('grant %I to %I', role_name, current_user);
            end if;
        exception
            when unique_violation then null;
            when insufficient_privilege then
                raise exception '% may not act as the role %', current_user, role_name
                    using errcode = 'insufficient_privilege', hint = what_to_run;
        end;
    end loop;
    if not has_database_privilege(current_database(), 'create') then
        raise exception '% may not create schemas in the database %', current_user, current_database()
            using errcode = 'insufficient_privilege', hint = what_to_run;
    end if;
    -- The default since PostgreSQL 15, but not for databases upgraded from an older server.
    if exists (
        select from pg_namespace n cross join lateral aclexplode(n.nspacl) a
        where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'
    ) then
        revoke create on schema public from public;
    end if;
end
$$;

create schema tenancy authorization syndication_owner;
create schema operations authorization syndication_owner;

set local role syndication_owner;

-- Functions must be granted explicitly: by default PostgreSQL lets everybody execute them, so anybody could attach a
-- security-definer trigger function to a table of their own.
alter default privileges revoke execute on functions from public;

grant usage on schema tenancy, operations to syndication_pipeline, syndication_reader;

create function tenancy.public_id(prefix text, sequence_number bigint)
returns text language sql immutable parallel safe
return prefix || '-' || lpad(to_hex((sequence_number * 1597463007) & 4294967295), 8, '0');

comment on function tenancy.public_id is
'A public id: the prefix of the entity and 8 hex digits. Multiplication by an odd constant is a bijection on 32 bits, '
'so ids look shuffled and cannot collide up to 4 294 967 295 rows per entity. The constant is below 2^31, so the '
'product fits a bigint. Kept instead of UUIDs, whose 36 characters nobody compares by eye or types into a command, and '
'of libraries for short ids, which the default of a column cannot call.';

create function tenancy.current_organization_id()
returns text language sql stable parallel safe
return nullif(current_setting('app.organization_id', true), '');

grant execute on function tenancy.public_id, tenancy.current_organization_id
to syndication_pipeline, syndication_reader;

create function tenancy.comment_standard_columns(target_table regclass)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function tenancy.comment_standard_columns is
'Comments the columns that mean the same in every table, unless the table has its own comment on them.';

create function tenancy.protect_tenant_table(tenant_table regclass, is_partition boolean default false)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function tenancy.protect_tenant_table is
'Enables and forces row-level security on a tenant table or one of its partitions: the pipeline works on all '
'organizations, readers only see the organization of their session.';

create function tenancy.set_updated_at()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

create sequence tenancy.organization_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.user_id_sequence as bigint maxvalue 4294967295;
create sequence tenancy.audit_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence tenancy.organization_id_sequence, tenancy.user_id_sequence to syndication_pipeline;

create table tenancy.organizations (
    organization_id text primary key
        default tenancy.public_id('org', nextval('tenancy.organization_id_sequence'))
        check (organization_id ~ '^org-[0-9a-f]{8}$'),
    slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    name text not null check (name <> ''),
    description text,
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table tenancy.organizations is
'One row is one organization: a tenant.';
comment on column tenancy.organizations.organization_id is 'Public id, such as org-0a1b2c3d.';
comment on column tenancy.organizations.slug is
'Unique name in commands and paths, the first folder in the landing zone.';
comment on column tenancy.organizations.name is 'Display name.';
comment on column tenancy.organizations.description is 'Purpose of the organization; NULL if none is given.';
comment on column tenancy.organizations.settings is
'Settings of the organization; {"is_sample": true} marks invented data, which is never fetched.';
comment on column tenancy.organizations.is_active is 'False pauses the fetches of the organization.';

create table tenancy.users (
    user_id text primary key
        default tenancy.public_id('usr', nextval('tenancy.user_id_sequence'))
        check (user_id ~ '^usr-[0-9a-f]{8}$'),
    email text not null check (email like '%_@_%'),
    display_name text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table tenancy.users is
'One row is one person, who may belong to several organizations.';
comment on column tenancy.users.user_id is 'Public id, such as usr-0a1b2c3d.';
comment on column tenancy.users.email is 'E-mail address, unique regardless of case.';
comment on column tenancy.users.display_name is 'Display name; NULL if none is given.';
comment on column tenancy.users.is_active is 'False locks the account.';

create unique index users_email_key on tenancy.users (lower(email));

create type tenancy.member_role as enum ('viewer', 'member', 'editor', 'manager', 'admin', 'owner');
comment on type tenancy.member_role is
'Ordered from the least to the most powerful, so that `role >= ''editor''` selects everybody who may edit.';

create type tenancy.membership_status as enum ('pending', 'active', 'inactive', 'suspended');

create table tenancy.organization_members (
    organization_id text not null references tenancy.organizations on delete cascade,
    user_id text not null references tenancy.users on delete cascade,
    role tenancy.member_role not null default 'member',
    status tenancy.membership_status not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, user_id)
);

comment on table tenancy.organization_members is
'One row is the membership of one person in one organization.';
comment on column tenancy.organization_members.user_id is 'User whose membership this is; refers to users.';
comment on column tenancy.organization_members.role is
'Permissions of the member, ordered from viewer (least) to owner (most).';
comment on column tenancy.organization_members.status is
'State of the membership: pending, active, inactive or suspended.';

create index organization_members_user on tenancy.organization_members (user_id);

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

comment on table tenancy.audit_log is
'One row is one change, written by the transaction that made it. The log is append-only.';
comment on column tenancy.audit_log.occurred_at is 'When the transaction of the change began.';
comment on column tenancy.audit_log.audit_id is 'Public id, such as aud-0a1b2c3d.';
comment on column tenancy.audit_log.actor is
'Who made the change: app.actor of the session, else the database login.';
comment on column tenancy.audit_log.action is 'Kind of change: insert, update or delete.';
comment on column tenancy.audit_log.table_name is 'Schema and name of the changed table.';
comment on column tenancy.audit_log.row_key is 'Primary key of the changed row, as an object of its columns.';
comment on column tenancy.audit_log.old_values is 'The row before the change; NULL for an insert.';
comment on column tenancy.audit_log.new_values is 'The row after the change; NULL for a delete.';

create function tenancy.reject_change_of_history()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_is_append_only
before update on tenancy.audit_log
for each row execute function tenancy.reject_change_of_history();

-- Only tenancy.finish_erasure, which works as the owner, names the organization whose entries go.
create trigger audit_log_is_kept
before delete on tenancy.audit_log
for each row when (
    current_user <> 'syndication_owner'
    or old.organization_id is distinct from current_setting('app.erased_organization_id', true)
)
execute function tenancy.reject_change_of_history();

create trigger audit_log_is_never_truncated
before truncate on tenancy.audit_log
for each statement execute function tenancy.reject_change_of_history();

create table tenancy.erased_organizations (
    slug text not null,
    erased_at timestamptz not null default now(),
    erased_by text not null check (erased_by <> ''),
    row_counts jsonb not null check (jsonb_typeof(row_counts) = 'object'),
    primary key (slug, erased_at)
);

comment on table tenancy.erased_organizations is
'One row is one organization that was erased with everything that belonged to it. The list is append-only.';
comment on column tenancy.erased_organizations.slug is
'Slug of the erased organization; another one may have it since.';
comment on column tenancy.erased_organizations.erased_at is 'When the transaction that erased it began.';
comment on column tenancy.erased_organizations.erased_by is
'Who erased it: app.actor of the session, else the database login.';
comment on column tenancy.erased_organizations.row_counts is
'Number of erased rows by table: {"scraping.snapshots": 1200}.';

create trigger erased_organizations_is_append_only
before update or delete on tenancy.erased_organizations
for each row execute function tenancy.reject_change_of_history();

create trigger erased_organizations_is_never_truncated
before truncate on tenancy.erased_organizations
for each statement execute function tenancy.reject_change_of_history();

grant select on tenancy.erased_organizations to syndication_pipeline;

create table operations.partitioned_tables (
    table_name text primary key,
    months_ahead integer not null default 3 check (months_ahead between 0 and 120)
);

comment on table operations.partitioned_tables is
'One row is one high-volume table that is partitioned by month.';
comment on column operations.partitioned_tables.table_name is 'Schema and name of the partitioned table.';
comment on column operations.partitioned_tables.months_ahead is
'Number of future months whose partitions are created in advance.';
grant select on operations.partitioned_tables to syndication_pipeline, syndication_reader;

create function operations.ensure_month_partitions(parent_table regclass, first_day date, last_day date)
returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    month_start date;
    partition_name text;
    parent_schema text;
    parent_name text;
    truncate_trigger record;
    partitions_made integer := 0;
begin
    select n.nspname, c.relname into parent_schema, parent_name
    from operations.partitioned_tables t
    join pg_class c on c.oid = to_regclass(t.table_name)
    join pg_namespace n on n.oid = c.relnamespace
    where c.oid = parent_table and c.relkind = 'p';
    if not found then
        raise exception '% is not a partitioned table of operations.partitioned_tables', parent_table
            using errcode = 'invalid_parameter_value';
    end if;
    if (first_day >= date '2000-01-01' and last_day < date '2100-01-01') is not true then
        raise exception 'No partitions of % for % to %: only the years 2000 to 2099 have partitions',
            parent_table, first_day, last_day
            using errcode = 'invalid_parameter_value';
    end if;

    for month_start in
        select generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, '1 month')::date
    loop
        partition_name := format('%I.%I', parent_schema, parent_name || to_char(month_start, '_YYYY_MM'));
        continue when pg_partition_root(to_regclass(partition_name)) = parent_table;
        -- One lock for all tables: callers that create partitions of several tables in any order cannot deadlock.
        perform pg_advisory_xact_lock(hashtext('syndication'), hashtext('month partitions'));
        -- Locking the table makes the session see partitions that others have just created. Attaching takes the same
        -- lock anyway.
        execute format('lock table only %s in share update exclusive mode', parent_table);
        continue when pg_partition_root(to_regclass(partition_name)) = parent_table;
        if to_regclass(partition_name) is not null then
            raise exception '% exists, but is not a partition of %: attach it or drop it',
                partition_name, parent_table
                using errcode = 'duplicate_table';
        end if;
        execute format('create table %s (like %s including all)', partition_name, parent_table);
        perform tenancy.protect_tenant_table(partition_name::regclass, is_partition => true);
        -- Attaching clones row triggers, but not statement triggers.
        for truncate_trigger in
            select tgname, tgfoid::regproc as function_name from pg_trigger
            where tgrelid = parent_table and not tgisinternal and tgtype & 32 <> 0
        loop
            execute format(
                'create trigger %I before truncate on %s for each statement execute function %s()',
                truncate_trigger.tgname, partition_name, truncate_trigger.function_name
            );
        end loop;
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent_table, partition_name,
            to_char(month_start, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(month_start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
        );
        partitions_made := partitions_made + 1;
    end loop;
    return partitions_made;
end
$$;

comment on function operations.ensure_month_partitions is
'Creates the missing month partitions of `parent_table` for first_day .. last_day and returns their number. '
'Concurrent callers are safe: the lock is held until commit, and `like … attach` does not block readers of the '
'parent. The function runs as its owner, so it only accepts registered tables and the years that the tables accept.';

create function operations.ensure_upcoming_partitions()
returns table (table_name text, partitions_made integer) language sql security definer
set search_path = pg_catalog, pg_temp
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

comment on function operations.ensure_upcoming_partitions is
'Creates the partitions of every registered table for this month and the months ahead.';

grant execute on function operations.ensure_month_partitions, operations.ensure_upcoming_partitions
to syndication_pipeline;

create function operations.analyze_grown_tables(room text)
returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    block_size constant bigint := current_setting('block_size')::bigint;
    is_partitioned boolean;
    grown_table regclass;
    tables_analyzed integer := 0;
begin
    -- Partitioned tables first: analyzing them analyzes their partitions too.
    foreach is_partitioned in array array[true, false] loop
        for grown_table in
            select c.oid
            from pg_class c
            left join lateral (
                select sum(pg_relation_size(leaf.oid)) as bytes, sum(greatest(leaf.reltuples, 0)) as known_rows
                from pg_inherits i
                join pg_class leaf on leaf.oid = i.inhrelid
                where i.inhparent = c.oid
            ) as partitions on is_partitioned
            where
                c.relnamespace = (select oid from pg_namespace where nspname = room)
                and pg_get_userbyid(c.relowner) = current_user
                and case
                    when is_partitioned
                        then
                            c.relkind = 'p'
                            and partitions.bytes > 0
                            and (c.reltuples < 0 or partitions.known_rows > greatest(4 * c.reltuples, 1000))
                    else
                        c.relkind = 'r'
                        and pg_relation_size(c.oid) > 4 * c.relpages * block_size
                        and (c.relpages = 0 or pg_relation_size(c.oid) > 16 * block_size)
                end
        loop
            execute format(
                'analyze (skip_locked) %s (%s)',
                grown_table,
                (
                    select string_agg(quote_ident(attname), ', ')
                    from pg_attribute
                    where
                        attrelid = grown_table
                        and attnum > 0
                        and not attisdropped
                        and atttypid <> all(array['json', 'jsonb', 'bytea']::regtype[])
                )
            );
            tables_analyzed := tables_analyzed + 1;
        end loop;
    end loop;
    return tables_analyzed;
end
$$;

comment on function operations.analyze_grown_tables is
'Analyzes the tables of the room that have grown fourfold since their last statistics, and returns their number. '
'Without statistics a table that has just been filled looks empty to the planner, and the next query may take a '
'hundred times as long; autovacuum comes a minute later, and never analyzes a partitioned table. JSON and bytea '
'columns are skipped: they are the most expensive to analyze, and no plan needs their statistics. The function runs '
'as its owner, because only owners may analyze.';

grant execute on function operations.analyze_grown_tables to syndication_pipeline;

create function operations.replace_rows(target regclass, computed regclass, scope regclass)
returns table (rows_computed bigint, rows_written bigint, rows_removed bigint) language plpgsql
set search_path = pg_catalog, pg_temp
-- The rows of a day are recent, so they are cached: they are found through the primary key.
set random_page_cost = 1.1
as $$
declare
    keys text[] := array(
        select quote_ident(a.attname)
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = target and i.indisprimary
        order by array_position(i.indkey::smallint[], a.attnum)
    );
    columns text[] := array(
        select quote_ident(attname)
        from pg_attribute
        where attrelid = computed and attnum > 0 and not attisdropped
        order by attnum
    );
    -- The columns that are no keys, of each side, and the conditions that join the sides.
    values_of_target text := (select string_agg('t.' || c, ', ') from unnest(columns) c where c <> all(keys));
    values_of_computed text := (select string_agg('c.' || c, ', ') from unnest(columns) c where c <> all(keys));
    changes text := (select string_agg(format('%1$s = c.%1$s', c), ', ') from unnest(columns) c where c <> all(keys));
    same_key text := (select string_agg(format('t.%1$s = c.%1$s', k), ' and ') from unnest(keys) k);
    in_scope text := (
        select string_agg(format('t.%1$I = s.%1$I', attname), ' and ')
        from pg_attribute
        where attrelid = scope and attnum > 0 and not attisdropped
    );
    rows_updated bigint := 0;
begin
    if keys = '{}' or not columns @> keys then
        raise exception '% must have the primary key of % among its columns: %', computed, target, keys;
    end if;
    -- Only the keys: statistics of wide columns would cost more than they save.
    execute format('analyze %s (%s)', computed, array_to_string(keys, ', '));
    execute format('analyze %s', scope);
    -- Looked up before the insert, because its own rows would be searched, too: quadratic in a table that was empty.
    execute format(
        'create temporary table existing_keys as select %s from %s t join %s c on %s',
        (select string_agg('t.' || k, ', ') from unnest(keys) k), target, computed, same_key
    );
    analyze existing_keys;

    execute format(
        'delete from %s t using %s s where %s and not exists (select from %s c where %s)',
        target, scope, in_scope, computed, same_key
    );
    get diagnostics rows_removed = row_count;

    if changes is not null then
        if exists (select from pg_attribute where attrelid = target and attname = 'updated_at') then
            changes := changes || ', updated_at = now()';
        end if;
        execute format(
            'update %s t set %s from %s c where %s and (%s) is distinct from (%s)',
            target, changes, computed, same_key, values_of_target, values_of_computed
        );
        get diagnostics rows_updated = row_count;
    end if;

    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s c where not exists (select from existing_keys t where %4$s)',
        target, array_to_string(columns, ', '), computed, same_key
    );
    get diagnostics rows_written = row_count;
    rows_written := rows_written + rows_updated;
    drop table existing_keys;
    execute format('select count(*) from %s', computed) into rows_computed;
    return next;
end
$$;

comment on function operations.replace_rows is
'Makes a table say what was computed for it: deletes the rows of the scope that were not computed, updates the rows '
'that differ, inserts the new ones, and leaves all others untouched. `computed` has columns of `target`, its whole '
'primary key among them. `scope` names what was computed by some columns of `target`, for example organization and '
'day. Both are usually temporary tables. The caller holds a lock that keeps others from writing the same rows. '
'`updated_at` of a written row, if the table has it, is the transaction''s time.';

grant execute on function operations.replace_rows to syndication_pipeline;

create function tenancy.write_audit_log()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
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

comment on function tenancy.write_audit_log is
'Writes the audit row of the change that fires the trigger. The actor is `app.actor` of the session, else the '
'database login.';

select tenancy.protect_tenant_table('tenancy.organizations');
select tenancy.protect_tenant_table('tenancy.organization_members');
select tenancy.protect_tenant_table('tenancy.audit_log');
select tenancy.comment_standard_columns('tenancy.users');

-- Only the trigger writes rows: roles that may change a table must not write its history.
revoke insert, update, delete on tenancy.audit_log from syndication_pipeline;

-- The audit trigger runs as the owner, who is subject to forced row-level security: this policy only lets it append.
create policy owner_appends on tenancy.audit_log for insert to syndication_owner with check (true);

-- For tenancy.finish_erasure, which names the erased organization: the owner, who is subject to forced row-level
-- security, sees whether it still exists, and its entries.
create policy owner_sees_erased on tenancy.organizations for select to syndication_owner
using (organization_id = current_setting('app.erased_organization_id', true));
create policy owner_sees_erased on tenancy.audit_log for select to syndication_owner
using (organization_id = current_setting('app.erased_organization_id', true));
create policy owner_erases on tenancy.audit_log for delete to syndication_owner
using (organization_id = current_setting('app.erased_organization_id', true));

create function tenancy.finish_erasure(erased_organization_id text, erased_slug text, row_counts jsonb)
returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp
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

comment on function tenancy.finish_erasure is
'Erases the audit log of an organization whose other rows have been erased, records the erasure with the rows by '
'table, and returns the number of erased entries. Nothing else can delete from the audit log. The function runs as its '
'owner, so it only accepts an organization that no longer exists.';

grant execute on function tenancy.finish_erasure to syndication_pipeline;

-- Users do not belong to a single tenant: readers see the members of their organization.
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

-- A default organization, so that a setup with one organization needs no tenancy commands.
set local role syndication_pipeline;
insert into tenancy.organizations (slug, name, description)
values ('default', 'Default organization', 'Created by the first migration.');
