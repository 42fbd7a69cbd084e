-- Removes the three rules, with what was measured by them.

set local role syndication_owner;

-- As the pipeline: forced row-level security hides the rows from their owner.
set local role syndication_pipeline;
delete from studio.compliance_results where rule_name in ('fonts', 'likeness', 'text_fit');
set local role syndication_owner;

alter table studio.compliance_rules disable trigger compliance_rules_changes;
delete from studio.compliance_rules where rule_name in ('fonts', 'likeness', 'text_fit');
alter table studio.compliance_rules enable trigger compliance_rules_changes;

drop view studio.brand_asset_pictures;

create or replace trigger generated_assets_are_immutable
before update of request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id, fields,
corrections on studio.generated_assets
for each row execute function studio.reject_change_of_visual();

alter table studio.generated_assets drop column pattern_asset_id;

drop trigger content_requests_audit on studio.content_requests;
create trigger content_requests_audit
after insert or delete or update of title, brief, state, stock_image_id on studio.content_requests
for each row execute function tenancy.write_audit_log();

create or replace function studio.reject_illegal_step()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'pending' then
            raise exception 'a brief cannot begin as %', new.state
                using errcode = 'integrity_constraint_violation', constraint = 'content_requests_step';
        end if;
        return new;
    end if;
    if new.state is distinct from old.state then
        if (old.state, new.state) not in (
            ('pending', 'processing'), ('pending', 'archived'),
            ('processing', 'generated'), ('processing', 'pending'), ('processing', 'failed'),
            ('generated', 'review'), ('generated', 'pending'), ('generated', 'archived'),
            ('review', 'approved'), ('review', 'rejected'), ('review', 'pending'), ('review', 'archived'),
            ('approved', 'published'), ('approved', 'review'), ('approved', 'rejected'), ('approved', 'archived'),
            ('rejected', 'review'), ('rejected', 'pending'), ('rejected', 'archived'),
            ('failed', 'pending'), ('failed', 'archived'),
            ('published', 'archived')
        ) then
            raise exception 'a brief cannot go from % to %', old.state, new.state
                using errcode = 'integrity_constraint_violation', constraint = 'content_requests_step';
        end if;
        new.state_since := clock_timestamp();
    end if;
    if old.state <> 'pending' and (new.title, new.brief, new.language, new.template_name, new.fields, new.facts)
        is distinct from (old.title, old.brief, old.language, old.template_name, old.fields, old.facts) then
        raise exception 'what a brief says cannot change while it is %: cancel it, and add another one', old.state
            using errcode = 'integrity_constraint_violation', constraint = 'content_requests_step';
    end if;
    return new;
end
$$;

comment on function studio.reject_illegal_step is
'Rejects illegal transitions of a brief''s state, and changes of what it says once visuals are made of it.';

drop index studio.content_requests_pending;
create index content_requests_pending on studio.content_requests (priority desc, due_on, created_at, request_id)
where state = 'pending';

alter table studio.content_requests
drop column mode,
drop column quality,
drop column variation,
drop column stop_before,
drop column stopped_before,
drop column variant_fields;

drop type studio.manual_step;
drop type studio.creation_mode;
drop type studio.visual_quality;
