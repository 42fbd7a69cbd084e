-- A brief may stop before a step until a person lets it go on, one of its pictures may say something else, and it says
-- where its photo may come from and how much is made of it.

set local role syndication_owner;

create type studio.manual_step as enum ('pictures', 'texts', 'decision');
comment on type studio.manual_step is
'A step before which a brief may stop.
pictures: its photo is chosen, nothing is drawn yet
texts: its pictures are made, its texts are not written yet
decision: its texts are written, and no rule decides on them yet';

create type studio.creation_mode as enum ('template_based', 'stock_enhanced', 'hybrid', 'brand_only');
comment on type studio.creation_mode is
'Where the photo of a visual comes from.
template_based: nowhere, the template stands by itself
stock_enhanced: a source of photos or a chosen one; without one, nothing is made
hybrid: a source of photos or a chosen one; without one, the pattern of the brand stands for it
brand_only: the pictures of the organization; without one, the pattern of the brand stands for it';

create type studio.visual_quality as enum ('draft', 'standard', 'premium');
comment on type studio.visual_quality is
'How much is made of a brief.
draft: of each channel, the format that is posted
standard: all formats
premium: all formats, and photos are compressed as little as the channel allows';

alter table studio.content_requests
add column mode studio.creation_mode not null default 'hybrid',
add column quality studio.visual_quality not null default 'standard',
add column variation integer not null default 1 check (variation between 1 and 5),
add column stop_before studio.manual_step[] not null default '{}',
add column stopped_before studio.manual_step,
add column variant_fields jsonb not null default '{}' check (jsonb_typeof(variant_fields) = 'object'),
add check (stopped_before is null or stopped_before = any(stop_before));
comment on column studio.content_requests.mode is 'Where its photo may come from.';
comment on column studio.content_requests.quality is 'How much is made of it.';
comment on column studio.content_requests.variation is
'Number among the variations of one message, which are briefs of one batch, each with another photo.';
comment on column studio.content_requests.stop_before is
'Steps before which it waits for a person: `syndication brief resume` takes the one that it waits before out.';
comment on column studio.content_requests.stopped_before is
'The step that a person is waited for; NULL if runs go on.';
comment on column studio.content_requests.variant_fields is
'Texts of single pictures: channel and format, as in facebook/feed_post square, to field to text.';

drop index studio.content_requests_pending;
create index content_requests_pending on studio.content_requests (priority desc, due_on, created_at, request_id)
where state = 'pending' and stopped_before is null;

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
        if new.state = 'review' and 'decision' = any(new.stop_before) then
            new.stopped_before := 'decision';
        elsif new.stopped_before = 'decision' then
            new.stopped_before := null;
        end if;
    end if;
    if old.state <> 'pending' and (new.title, new.brief, new.language, new.template_name, new.fields, new.facts)
        is distinct from (old.title, old.brief, old.language, old.template_name, old.fields, old.facts) then
        raise exception 'what a brief says cannot change while it is %: cancel it, and add another one', old.state
            using errcode = 'integrity_constraint_violation', constraint = 'content_requests_step';
    end if;
    if new.state <> 'pending' and new.variant_fields is distinct from old.variant_fields then
        raise exception 'what a picture says cannot change while its brief is %', new.state
            using errcode = 'integrity_constraint_violation', constraint = 'content_requests_step';
    end if;
    return new;
end
$$;

comment on function studio.reject_illegal_step is
'Rejects illegal steps of a brief, and changes of what it says once visuals are made; stops it before the decision.';

drop trigger content_requests_audit on studio.content_requests;
create trigger content_requests_audit
after insert or delete or update of title, brief, fields, variant_fields, state, stock_image_id, stopped_before
on studio.content_requests for each row execute function tenancy.write_audit_log();

-- Which files of a brand the pictures of the studio were made with.

alter table studio.generated_assets
add column pattern_asset_id text,
add foreign key (organization_id, pattern_asset_id) references brand.brand_assets (organization_id, asset_id);
comment on column studio.generated_assets.pattern_asset_id is
'The pattern of the brand that stands for a photo; NULL for none, and for visuals from before this was kept.';

create index generated_assets_pattern on studio.generated_assets (organization_id, pattern_asset_id)
where pattern_asset_id is not null;

create or replace trigger generated_assets_are_immutable
before update of request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id,
pattern_asset_id, fields, corrections on studio.generated_assets
for each row execute function studio.reject_change_of_visual();

create view studio.brand_asset_pictures with (security_invoker = true) as
select
    u.organization_id,
    u.asset_id,
    count(distinct u.visual_id) as visuals,
    count(v.variant_id) as pictures,
    max(v.created_at) as last_made_at
from (
    select
        a.organization_id,
        b.asset_id,
        a.asset_id as visual_id
    from brand.brand_version_assets as b
    inner join studio.generated_assets as a
        on b.organization_id = a.organization_id and b.brand_id = a.brand_id and b.version = a.brand_version
    union all
    select
        a.organization_id,
        a.pattern_asset_id,
        a.asset_id
    from studio.generated_assets as a
    where a.pattern_asset_id is not null
) as u
inner join studio.asset_variants as v on u.organization_id = v.organization_id and u.visual_id = v.asset_id
group by u.organization_id, u.asset_id;

comment on view studio.brand_asset_pictures is
'One row is one file of a brand that pictures of the studio were made with; a pattern, where it stands for a photo.';
comment on column studio.brand_asset_pictures.visuals is 'Visuals, each version of one by itself.';
comment on column studio.brand_asset_pictures.pictures is 'Their pictures, in all formats.';
comment on column studio.brand_asset_pictures.last_made_at is 'When the last of them was made.';

grant select on studio.brand_asset_pictures to syndication_pipeline, syndication_reader;

-- Rules for pictures that look like others, for texts that had to be made smaller to fit, and for fonts.

-- Nobody changed these rows.
alter table studio.compliance_rules disable trigger compliance_rules_changes;
insert into studio.compliance_rules (
    rule_name, version, category, weight, threshold, is_minimum, severity, description
) values
('likeness', 1, 'consistency', 2, 6, true, 'soft',
'Bits of 64 in which its hash differs from the nearest picture of another brief: 6 is 6 or more, 0 the same inputs.'),
('fonts', 1, 'visual', 1, 0.9, true, 'soft',
'Share of the letters that the fonts of the brand have; others are set in fonts that stand in for them.'),
('text_fit', 1, 'accessibility', 1, 0.6, true, 'soft',
'Size of the text that was made smallest to fit, as a share of the size that the template has for it.');
alter table studio.compliance_rules enable trigger compliance_rules_changes;
