-- Removes the tenancy and operations rooms. The three roles stay: they belong to the server, and other
-- databases may use them.

drop schema operations cascade;
drop schema tenancy cascade;

do $$
begin
    execute format('revoke create on database %I from syndication_owner', current_database());
end
$$;
