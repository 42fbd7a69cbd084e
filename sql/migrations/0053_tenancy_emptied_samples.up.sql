-- Tenancy: what the planner has sampled of a table that an erasure has emptied goes, too.

set local role syndication_owner;

create or replace function tenancy.sample_again(schema_name text, table_name text)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp
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

comment on function tenancy.sample_again is
'Lets the planner sample a table again, so that it keeps nothing of removed rows. Of a table without rows, samples are '
'taken away on PostgreSQL 18 and newer; older ones keep them until the table has rows and is analyzed.';
