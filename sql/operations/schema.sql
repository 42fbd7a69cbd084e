-- The schema of the room `operations`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema operations authorization syndication_owner;  -- pipeline: usage; reader: usage

-- One row is one high-volume table that is partitioned by month.
create table operations.partitioned_tables (
    table_name text not null,                 -- Schema and name of the partitioned table.
    months_ahead integer not null default 3,  -- Number of future months whose partitions are created in advance.

    primary key (table_name),
    check (months_ahead >= 0 and months_ahead <= 120)
);
-- no row-level security; pipeline: select; reader: select

-- One row is the price of a model from a day on, per million tokens.
create table operations.api_prices (
    provider text not null,                     -- The API provider that charges for the calls.
    model text not null,                        -- The model name as sent to the provider.
    price_version integer not null,             -- Version of the price, from 1. A price change adds a row instead of
                                                -- editing one.
    valid_from date not null,                   -- First UTC day of the price, which applies until the valid_from of the
                                                -- next version.
    currency text not null,                     -- ISO 4217 code of the three prices.
    input_price numeric(12,6) not null,         -- Price per million uncached input tokens.
    cached_input_price numeric(12,6) not null,  -- Price per million cached input tokens.
    output_price numeric(12,6) not null,        -- Price per million output tokens, reasoning tokens included.
    source_url text,                            -- Page on which the provider states the price; NULL if not noted.
    checked_on date,                            -- Day on which a person read the price there; NULL if not noted.

    primary key (provider, model, price_version),
    check (price_version > 0),
    check (currency ~ '^[A-Z]{3}$'),
    check (input_price >= 0::numeric),
    check (cached_input_price >= 0::numeric),
    check (output_price >= 0::numeric)
);
create trigger api_prices_changes after insert or delete or update on operations.api_prices
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one paid request with its usage and cost. It is reserved before the request, with its expected cost, and
-- settled after it. An unknown cost is NULL, not zero.
create table operations.api_usage (
    organization_id text not null,               -- Organization that owns the row: first column of every key, and
                                                 -- checked by row-level security.
    usage_id text not null default tenancy.public_id('use', nextval('operations.usage_id_sequence')),
                                                 -- Public id, such as use-0a1b2c3d.
    provider text not null,                      -- The API provider that was called.
    operation text not null,                     -- The purpose of the call.
    model text,                                  -- The model that was called; NULL for an API without models.
    used_at timestamptz not null default now(),  -- When the call was made; its UTC day and month select the budgets.
    latency_ms integer,                          -- Milliseconds until the response; NULL if not measured.
    input_tokens bigint,                         -- Input tokens, including cached tokens; NULL if not reported.
    cached_input_tokens bigint,                  -- Cached tokens among the input tokens; NULL if not reported.
    output_tokens bigint,                        -- Output tokens, including reasoning tokens; NULL if not reported.
    reasoning_tokens bigint,                     -- Reasoning tokens among the output tokens; NULL if not reported.
    cost numeric(14,8),                          -- Cost of the reported usage in `currency`; NULL if usage or price is
                                                 -- unknown.
    expected_cost numeric(14,8),                 -- Reserved cost in `currency`, until the call is settled, and
                                                 -- afterwards if its usage was not reported or reported as zero, else
                                                 -- NULL. Budgets count it; it is not a measured cost.
    currency text,                               -- ISO 4217 code of the cost; NULL without a price.
    price_version integer,                       -- Version of the price in api_prices that was applied; NULL if there
                                                 -- was none.
    is_successful boolean,                       -- Whether the call returned a response; NULL until it is settled, and
                                                 -- for ever if its process died before that.

    primary key (organization_id, usage_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (usage_id ~ '^use-[0-9a-f]{8}$'),
    check (latency_ms >= 0),
    check (input_tokens >= 0),
    check (cached_input_tokens >= 0),
    check (output_tokens >= 0),
    check (reasoning_tokens >= 0),
    check (cost >= 0::numeric),
    check (expected_cost >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or num_nonnulls(currency, price_version) = 2)
);
create index api_usage_used_at on operations.api_usage (organization_id, used_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn at 80 %, and no
-- more calls are made at 100 %.
create table operations.budgets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    period text not null,                           -- Length of the budget period in UTC: day or month.
    amount numeric(14,4) not null,                  -- Maximum spending per period, in `currency`.
    currency text not null,                         -- ISO 4217 code; calls paid in another currency are not made.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, period),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (period in ('day', 'month')),
    check (amount >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$')
);
create trigger budgets_updated_at before update on operations.budgets
    for each row execute function tenancy.set_updated_at();
create trigger budgets_audit after insert or delete or update on operations.budgets
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one complete backup, with the outcome of the newest attempt to restore it into a scratch server. The
-- backup itself is in the folder; a backup without a row gets one when it is proven.
create table operations.backups (
    backup_id text not null default tenancy.public_id('bkp', nextval('operations.backup_id_sequence')),
                                       -- Public id, such as bkp-0a1b2c3d.
    backup_name text not null,         -- Name of its folder: the UTC time at which the backup was begun, and four
                                       -- random digits.
    url text not null,                 -- Place of the folder: a directory, or a URL without a password.
    started_at timestamptz not null,   -- When the backup was begun. It contains every transaction that was committed
                                       -- before.
    finished_at timestamptz not null,  -- When its last file was complete.
    size_bytes bigint not null,        -- Size of its files in bytes.
    manifest_hash text not null,       -- SHA-256 of its manifest, which has the hashes of the other files; hexadecimal.
    newest_migration text not null,    -- The newest migration of the database, by its name.
    removed_at timestamptz,            -- When it was removed, because enough newer backups are kept; NULL as long as it
                                       -- is there.
    proven_at timestamptz,             -- When its newest proof ended; NULL if it was never restored.
    is_proven boolean,                 -- Whether the newest proof restored the same rows, constraints and rights; NULL
                                       -- if it was never restored.
    restore_seconds numeric(10,1),     -- Seconds that the restore of the newest proof took; NULL if nothing was
                                       -- restored.
    proof_problem text,                -- What the newest proof found; NULL if it found nothing.

    primary key (backup_id),
    unique (backup_name),
    check (backup_id ~ '^bkp-[0-9a-f]{8}$'),
    check (size_bytes > 0),
    check (manifest_hash ~ '^[0-9a-f]{64}$'),
    check (restore_seconds >= 0::numeric),
    check (finished_at >= started_at),
    check ((proven_at is null) = (is_proven is null)),
    check (not is_proven or num_nonnulls(restore_seconds) = 1),
    check (num_nonnulls(proof_problem) = case when not is_proven then 1 else 0 end)
);
-- no row-level security; pipeline: select, insert, update

-- Creates the missing month partitions of `parent_table` for first_day .. last_day and returns their number. Concurrent
-- callers are safe: the lock is held until commit, and `like … attach` does not block readers of the parent. The
-- function runs as its owner, so it only accepts registered tables and the years that the tables accept.
create function operations.ensure_month_partitions(parent_table regclass, first_day date, last_day date)
returns integer language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Creates the partitions of every registered table for this month and the months ahead.
create function operations.ensure_upcoming_partitions()
returns table(table_name text, partitions_made integer) language sql security definer set search_path to 'pg_catalog',
    'pg_temp'
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
-- pipeline: execute

-- Analyzes the tables of the room that have grown fourfold since their last statistics, and returns their number.
-- Without statistics a table that has just been filled looks empty to the planner, and the next query may take a
-- hundred times as long; autovacuum comes a minute later, and never analyzes a partitioned table. JSON and bytea
-- columns are skipped: they are the most expensive to analyze, and no plan needs their statistics. The function runs as
-- its owner, because only owners may analyze.
create function operations.analyze_grown_tables(room text)
returns integer language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Makes a table say what was computed for it: deletes the rows of the scope that were not computed, updates the rows
-- that differ, inserts the new ones, and leaves all others untouched. `computed` has columns of `target`, its whole
-- primary key among them. `scope` names what was computed by some columns of `target`, for example organization and
-- day. Both are usually temporary tables. The caller holds a lock that keeps others from writing the same rows.
-- `updated_at` of a written row, if the table has it, is the transaction's time.
create function operations.replace_rows(target regclass, computed regclass, scope regclass)
returns table(rows_computed bigint, rows_written bigint,
    rows_removed bigint) language plpgsql set search_path to 'pg_catalog', 'pg_temp' set random_page_cost to '1.1'
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
-- pipeline: execute

create sequence operations.usage_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.backup_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
