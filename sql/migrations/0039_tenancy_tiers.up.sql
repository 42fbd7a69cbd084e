-- How much an organization may use: tiers, which tier an organization has, and how much of it is used.

set local role syndication_owner;

create table tenancy.tiers (
    tier text primary key check (tier ~ '^[a-z][a-z0-9_-]{0,62}$'),
    description text not null check (description <> ''),
    users bigint check (users > 0),
    posts bigint check (posts > 0),
    storage_bytes bigint check (storage_bytes > 0)
);

comment on table tenancy.tiers is
'One row is one tier: how much an organization that has it may use. User-maintained.';
comment on column tenancy.tiers.tier is 'Name of the tier.';
comment on column tenancy.tiers.description is 'Whom it is for.';
comment on column tenancy.tiers.users is
'Most persons with an active or pending membership, open invitations included; NULL for no limit.';
comment on column tenancy.tiers.posts is 'Most posts in scraping.posts; NULL for no limit.';
comment on column tenancy.tiers.storage_bytes is
'Most bytes of stored media and landed files together; NULL for no limit.';

create table tenancy.organization_limits (
    organization_id text not null references tenancy.organizations on delete cascade,
    tier text not null references tenancy.tiers,
    users bigint check (users > 0),
    posts bigint check (posts > 0),
    storage_bytes bigint check (storage_bytes > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id)
);

create index organization_limits_tier on tenancy.organization_limits (tier);

comment on table tenancy.organization_limits is
'One row gives one organization a tier, and limits of its own. An organization without a row has no limits.';
comment on column tenancy.organization_limits.tier is 'The tier; refers to tiers.';
comment on column tenancy.organization_limits.users is 'Limit of its own, as in tiers; NULL for that of the tier.';
comment on column tenancy.organization_limits.posts is 'Limit of its own, as in tiers; NULL for that of the tier.';
comment on column tenancy.organization_limits.storage_bytes is
'Limit of its own, as in tiers; NULL for that of the tier.';

create trigger organization_limits_updated_at before update on tenancy.organization_limits
for each row execute function tenancy.set_updated_at();
create trigger organization_limits_audit after insert or update or delete on tenancy.organization_limits
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('tenancy.organization_limits');
grant select, insert, update, delete on tenancy.tiers to syndication_pipeline;
grant select on tenancy.tiers to syndication_reader;

create type tenancy.limited_resource as enum ('users', 'posts', 'storage_bytes');
comment on type tenancy.limited_resource is
'What a tier limits.
users: persons with an active or pending membership, and open invitations of others
posts: all posts in scraping.posts, of tracked profiles and of own accounts
storage_bytes: bytes of stored media and of landed files that are loaded and have not left the landing zone';

create view tenancy.limits_in_force with (security_invoker = true) as
select
    o.organization_id,
    l.tier,
    r.resource,
    case r.resource
        when 'users' then coalesce(l.users, t.users)
        when 'posts' then coalesce(l.posts, t.posts)
        else coalesce(l.storage_bytes, t.storage_bytes)
    end as amount
from tenancy.organizations as o
cross join unnest(enum_range(null::tenancy.limited_resource)) as r (resource)
left join tenancy.organization_limits as l on o.organization_id = l.organization_id
left join tenancy.tiers as t on l.tier = t.tier;

comment on view tenancy.limits_in_force is
'One row is the limit of one organization for one resource: its own, else that of its tier.';
comment on column tenancy.limits_in_force.organization_id is 'The organization.';
comment on column tenancy.limits_in_force.tier is 'Its tier; NULL if it has none.';
comment on column tenancy.limits_in_force.resource is 'What is limited.';
comment on column tenancy.limits_in_force.amount is 'The most that it may use; NULL for no limit.';

grant select on tenancy.limits_in_force to syndication_pipeline, syndication_reader;

create function tenancy.used_by(of_organization text, resource tenancy.limited_resource)
returns bigint language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case resource
        when 'users' then (
            select count(*)
            from tenancy.organization_members m
            inner join tenancy.users u on u.user_id = m.user_id
            where m.organization_id = of_organization and m.status in ('pending', 'active') and u.service_name is null
        ) + (
            select count(*)
            from tenancy.invitations i
            where
                i.organization_id = of_organization
                and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
                and not exists (
                    select from tenancy.organization_members m
                    inner join tenancy.users u on u.user_id = m.user_id
                    where
                        m.organization_id = of_organization and m.status in ('pending', 'active')
                        and lower(u.email) = lower(i.email)
                )
        )
        when 'posts' then (
            select count(*) from scraping.post_records p where p.organization_id = of_organization
        )
        else (
            select coalesce(sum(f.size_bytes), 0) from media.media_files f where f.organization_id = of_organization
        ) + (
            select coalesce(sum(f.size_bytes), 0)
            from landing.files f
            where
                f.organization_id = of_organization
                and not exists (
                    select from landing.left_files l
                    where l.organization_id = of_organization and l.source_file_path = f.source_file_path
                )
        )
    end::bigint
$$;

comment on function tenancy.used_by is
'How much of a resource an organization uses now. Small copies of media are not counted, and a file that has landed is '
'counted once it is loaded.';
grant execute on function tenancy.used_by to syndication_pipeline;

create function tenancy.keep_to_user_limit()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    allowed bigint := (
        select l.amount from tenancy.limits_in_force l
        where l.organization_id = new.organization_id and l.resource = 'users'
    );
begin
    if allowed is null then
        return null;
    end if;
    -- Two people who are added at once: the second waits here, and then sees the first.
    perform from tenancy.organizations o where o.organization_id = new.organization_id for no key update;
    if tenancy.used_by(new.organization_id, 'users') > allowed then
        raise exception '% may have % users, open invitations included, and has them',
            (select o.slug from tenancy.organizations o where o.organization_id = new.organization_id), allowed
            using errcode = 'check_violation', constraint = 'users_within_limit';
    end if;
    return null;
end
$$;

comment on function tenancy.keep_to_user_limit is
'Refuses a member or an invitation above the limit of the organization. Those that it has stay, whatever the limit.';

create trigger organization_members_within_limit after insert on tenancy.organization_members
for each row when (new.status in ('pending', 'active')) execute function tenancy.keep_to_user_limit();
create trigger organization_members_return_within_limit after update of status on tenancy.organization_members
for each row when (new.status in ('pending', 'active') and old.status not in ('pending', 'active'))
execute function tenancy.keep_to_user_limit();
create trigger invitations_within_limit after insert on tenancy.invitations
for each row execute function tenancy.keep_to_user_limit();

insert into tenancy.tiers (tier, description, users, posts, storage_bytes) values
('free', 'One person who tries it.', 1, 100, 1000000000),
('pro', 'A team.', 25, 100000, 100000000000),
('enterprise', 'Without limits.', null, null, null);

-- After the rows above, which nobody changed.
create trigger tiers_changes after insert or update or delete on tenancy.tiers
for each row execute function channels.write_rule_change();

insert into tenancy.permissions (permission, description) values
('limits.edit', 'Change tiers, and say how much an organization may use.');

alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission) values ('owner', 'limits.edit');
alter table tenancy.role_permissions enable trigger role_permissions_changes;

alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('limit_used', 'percent', 24, 'An organization has nearly or fully used what its tier allows.');
insert into operations.condition_levels (kind, severity, threshold) values
('limit_used', 'warning', 80),
('limit_used', 'critical', 95);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
