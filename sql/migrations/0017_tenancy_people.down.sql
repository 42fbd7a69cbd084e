-- Removes roles' rights, invitations, passwords, API keys and the changes of accounts. Service accounts and erased
-- persons are removed with their memberships, because a user has an address again. The audit log stays.

set local role syndication_owner;

drop trigger sampling_gaps_changes on engagement.sampling_gaps;
drop trigger cohort_ages_changes on engagement.cohort_ages;
drop trigger platform_metrics_changes on engagement.platform_metrics;
drop trigger metric_definitions_changes on engagement.metric_definitions;
drop trigger priority_factors_changes on engagement.priority_factors;
drop trigger quarantine_closing_audit on landing.quarantine;
create trigger quarantine_closing_audit after update on landing.quarantine
for each row when (old.closed_at is distinct from new.closed_at)
execute function tenancy.write_audit_log();
drop trigger post_records_audit on scraping.post_records;
drop trigger profiles_untracked_audit on scraping.profiles;
drop trigger profiles_maintained_audit on scraping.profiles;
drop trigger profiles_tracked_audit on scraping.profiles;
drop trigger content_template_versions_audit on content.content_template_versions;
drop trigger content_templates_audit on content.content_templates;
drop trigger users_keep_an_owner on tenancy.users;
drop trigger users_audit on tenancy.users;
drop trigger organization_members_keep_an_owner on tenancy.organization_members;

drop table
tenancy.api_keys, tenancy.user_preferences, tenancy.password_resets, tenancy.passwords, tenancy.invitations,
tenancy.role_permissions,
tenancy.permissions, tenancy.account_changes;
drop sequence tenancy.api_key_id_sequence, tenancy.invitation_id_sequence, tenancy.account_change_id_sequence;
drop trigger database_logins_audit on tenancy.database_logins;
drop function tenancy.keep_an_owner, tenancy.write_account_change;

create or replace function tenancy.write_audit_log()
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

create or replace function channels.write_rule_change()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
    if tg_op = 'UPDATE' and old_row - 'updated_at' = new_row - 'updated_at' then
        return null;
    end if;
    insert into channels.rule_changes (actor, action, table_name, row_key, old_values, new_values)
    values (
        coalesce(nullif(current_setting('app.actor', true), ''), session_user),
        lower(tg_op),
        tg_table_schema || '.' || tg_table_name,
        (
            select jsonb_object_agg(a.attname, coalesce(new_row, old_row) -> a.attname::text)
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

create or replace function channels.write_credential_audit_log()
returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    old_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'secret' end;
    new_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'secret' end;
    changed_row jsonb := coalesce(new_row, old_row);
begin
    if tg_op = 'UPDATE' and old.secret = new.secret and old_row - 'updated_at' = new_row - 'updated_at' then
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
        'channels.credentials',
        jsonb_build_object(
            'organization_id', changed_row -> 'organization_id', 'credential_id', changed_row -> 'credential_id'
        ),
        old_row,
        new_row
    );
    return null;
end
$$;

drop function tenancy.actor_name, tenancy.current_actor;
drop table tenancy.database_logins;

set local role syndication_pipeline;
delete from tenancy.users where email is null;
set local role syndication_owner;

alter table tenancy.users
drop column service_name, drop column anonymized_at,
alter column email set not null;

comment on table tenancy.users is
'One row is one person, who may belong to several organizations.';
comment on column tenancy.users.email is 'E-mail address, unique regardless of case.';
