-- An erased person leaves no sample of a name or an address with the planner.

set local role syndication_owner;

create function tenancy.forget_samples()
returns void language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    alter table tenancy.users
    alter column email type text,
    alter column display_name type text,
    alter column service_name type text;
    alter table tenancy.invitations alter column email type text;
    alter table tenancy.database_logins alter column login type text;
$$;

comment on function tenancy.forget_samples is
'Removes what the planner has sampled of the names and addresses of people: PostgreSQL does so when the type of a '
'column is set, even to the same type.';

revoke execute on function tenancy.forget_samples from public;
grant execute on function tenancy.forget_samples to syndication_pipeline;
