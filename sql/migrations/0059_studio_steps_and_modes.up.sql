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
