-- Settings have the defaults of the code again: values that people gave them are lost, the stored mail server too.

set local role syndication_owner;

alter table tenancy.user_preferences drop column tone;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'settings.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;
delete from tenancy.permissions where permission = 'settings.edit';

drop function tenancy.setting;
drop table tenancy.organization_settings, tenancy.settings;
drop function tenancy.check_organization_setting, tenancy.is_setting_value;
drop type tenancy.setting_type;

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
        tenancy.current_actor(),
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
