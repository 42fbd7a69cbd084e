-- Sample data with members is closed to whoever runs the server again.

set local role syndication_owner;

create or replace function approval.has_right(of_organization_id text, of_user text, of_permission text)
returns boolean language sql stable parallel safe
return (
    not exists (select from tenancy.organization_members m where m.organization_id = of_organization_id)
    or exists (
        select
        from tenancy.organization_members m
        join tenancy.users u on u.user_id = m.user_id
        join tenancy.role_permissions p on p.role = m.role
        where
            m.organization_id = of_organization_id
            and m.user_id = of_user
            and m.status = 'active'
            and u.is_active
            and p.permission = of_permission
    )
);

comment on function approval.has_right is
'Whether a user has a right in an organization; without members, everybody who may use the command line has.';
