-- Samples of emptied tables stay until the tables have rows and are analyzed.

set local role syndication_owner;

create or replace function tenancy.sample_again(schema_name text, table_name text)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('analyze %I.%I', schema_name, table_name);
end
$$;

comment on function tenancy.sample_again is
'Lets the planner sample a table again, after which it has no sample of rows that are gone.';
