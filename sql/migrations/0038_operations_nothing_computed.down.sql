-- replace_rows looks up keys and writes rows even where nothing was computed, as before.

set local role syndication_owner;

create or replace function operations.replace_rows(target regclass, computed regclass, scope regclass)
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
