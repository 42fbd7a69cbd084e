-- Studio: from a brief to visuals in every format of its channels, their compliance, and posts with pictures of ours.

create schema studio authorization syndication_owner;

set local role syndication_owner;

grant usage on schema studio to syndication_pipeline, syndication_reader;

create sequence studio.request_id_sequence as bigint maxvalue 4294967295;
create sequence studio.asset_id_sequence as bigint maxvalue 4294967295;
create sequence studio.variant_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema studio to syndication_pipeline;

create type studio.request_state as enum (
    'pending', 'processing', 'generated', 'review', 'approved', 'rejected', 'published', 'failed', 'archived'
);
comment on type studio.request_state is
'How far a brief has come.
pending: its visuals are to be made, not before next_attempt_at
processing: a run makes them, until leased_until at most
generated: its visuals are stored and measured, its texts are not written yet
review: its texts with their pictures wait for a decision
approved: each of them is approved
rejected: one of them is rejected, and none waits for a decision any more
published: each of them is published, or simulated
failed: several attempts failed, or it cannot be made as it is: `syndication brief retry`
archived: it is over: it was cancelled, or put away after it was published';

create type studio.correction as enum ('darker_overlay', 'light_text', 'dark_text');
comment on type studio.correction is
'What a person let the studio change in a visual to make it compliant.
darker_overlay: a dark layer over the photo, below the text
light_text: text in the lightest colour of the brand
dark_text: text in the darkest colour of the brand';

create table studio.content_requests (
    organization_id text not null references tenancy.organizations on delete cascade,
    request_id text not null default tenancy.public_id('req', nextval('studio.request_id_sequence'))
        check (request_id ~ '^req-[0-9a-f]{8}$'),
    batch_name text check (batch_name <> ''),
    title text not null check (title <> ''),
    brief text not null check (brief <> ''),
    language text not null check (language ~ '^[a-z]{2}$'),
    content_type text not null default 'announcement' check (content_type <> ''),
    template_name text not null check (template_name <> ''),
    brand_name text check (brand_name <> ''),
    fields jsonb not null default '{}' check (jsonb_typeof(fields) = 'object'),
    facts text[] not null default '{}',
    keywords text[] not null default '{}',
    search_terms text check (search_terms <> ''),
    stock_image_id text,
    audience text check (audience <> ''),
    style text check (style <> ''),
    call_to_action text check (call_to_action <> ''),
    link_url text check (link_url ~ '^https?://'),
    alt_text text check (alt_text <> ''),
    corrections studio.correction[] not null default '{}',
    priority integer not null default 0,
    due_on date,
    requested_by text not null check (requested_by <> ''),
    state studio.request_state not null default 'pending',
    state_since timestamptz not null default now(),
    next_attempt_at timestamptz default now(),
    attempts integer not null default 0 check (attempts >= 0),
    lease_id uuid,
    leased_until timestamptz,
    reason text check (reason <> ''),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, request_id),
    foreign key (organization_id, stock_image_id) references media.stock_images,
    check ((state = 'pending') = (next_attempt_at is not null)),
    check ((state = 'processing') = (lease_id is not null)),
    check ((lease_id is null) = (leased_until is null)),
    check (state <> 'failed' or reason is not null)
);

comment on table studio.content_requests is
'One row is one brief in one language: what is to be said, where, and how far it has come. A brief in three languages '
'is three rows of one batch, because each is reviewed and published by itself.';
comment on column studio.content_requests.request_id is 'Public id, such as req-0a1b2c3d.';
comment on column studio.content_requests.batch_name is
'What briefs that were added together have in common; NULL for a brief of its own.';
comment on column studio.content_requests.title is 'The headline of the visual.';
comment on column studio.content_requests.brief is 'The message that the text says, as the requester wrote it.';
comment on column studio.content_requests.language is 'Language of title, brief and text, ISO 639-1 code.';
comment on column studio.content_requests.content_type is
'Kind of content in the words of the organization, which a language model is told.';
comment on column studio.content_requests.template_name is 'Name of the visual template.';
comment on column studio.content_requests.brand_name is
'Name of the brand; NULL for that of the template, or the only one.';
comment on column studio.content_requests.fields is 'Further fields of the template: name to text.';
comment on column studio.content_requests.facts is
'What the requester states: the text may claim nothing else beside the brief.';
comment on column studio.content_requests.keywords is 'Words that hashtags are made of, the most telling first.';
comment on column studio.content_requests.search_terms is
'What to search for among stock images; NULL for the pattern of the brand.';
comment on column studio.content_requests.stock_image_id is
'The picture that the requester chose; NULL to search for one.';
comment on column studio.content_requests.audience is 'Whom it addresses, which a language model is told.';
comment on column studio.content_requests.style is 'How it says it, which a language model is told.';
comment on column studio.content_requests.call_to_action is 'The sentence that invites readers to act.';
comment on column studio.content_requests.link_url is 'Page that the text links to.';
comment on column studio.content_requests.alt_text is
'Alternative text of the visual; NULL to use what the visual says.';
comment on column studio.content_requests.corrections is
'Corrections that a person asked for, in their order: the next visual is made with them.';
comment on column studio.content_requests.priority is 'Higher ones are made first.';
comment on column studio.content_requests.due_on is
'Day by which it is wanted: of equal priority, the earlier one is made first.';
comment on column studio.content_requests.requested_by is 'Who asked for it.';
comment on column studio.content_requests.state is 'How far it has come. A trigger rejects illegal steps.';
comment on column studio.content_requests.state_since is 'When the state was entered.';
comment on column studio.content_requests.next_attempt_at is
'Time before which it is not attempted; NULL unless it is pending.';
comment on column studio.content_requests.attempts is
'Attempts that were started since a person last asked for one. A run that dies has started one.';
comment on column studio.content_requests.lease_id is 'The lease of the run that makes it; NULL unless processing.';
comment on column studio.content_requests.leased_until is
'When another run may take it over; NULL unless processing.';
comment on column studio.content_requests.reason is
'Why it is not further, as a sentence that says what to do; NULL if nothing is wrong.';

create index content_requests_pending on studio.content_requests (
    priority desc, due_on, created_at, request_id
)
where state = 'pending';
create index content_requests_leased on studio.content_requests (leased_until) where state = 'processing';
-- Lists show the newest first.
create index content_requests_newest on studio.content_requests (created_at desc, request_id);
create index content_requests_state on studio.content_requests (organization_id, state_since desc, request_id);
create index content_requests_stock_image on studio.content_requests (organization_id, stock_image_id)
where stock_image_id is not null;

create function studio.reject_illegal_step()
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

create trigger content_requests_step before insert or update on studio.content_requests
for each row execute function studio.reject_illegal_step();
create trigger set_updated_at before update on studio.content_requests
for each row execute function tenancy.set_updated_at();
create trigger content_requests_audit
after insert or delete or update of title, brief, state, stock_image_id on studio.content_requests
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('studio.content_requests');

create table studio.request_channels (
    organization_id text not null,
    request_id text not null,
    platform text not null,
    channel_type text not null,
    primary key (organization_id, request_id, platform, channel_type),
    foreign key (organization_id, request_id) references studio.content_requests on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

comment on table studio.request_channels is 'One row is one channel that a brief is for.';
comment on column studio.request_channels.request_id is 'The brief.';
comment on column studio.request_channels.platform is 'Platform of the channel.';
comment on column studio.request_channels.channel_type is 'Kind of publication, such as feed_post.';

create index request_channels_channel on studio.request_channels (platform, channel_type);

select tenancy.protect_tenant_table('studio.request_channels');

create table studio.generated_assets (
    organization_id text not null,
    asset_id text not null default tenancy.public_id('ast', nextval('studio.asset_id_sequence'))
        check (asset_id ~ '^ast-[0-9a-f]{8}$'),
    request_id text not null,
    version integer not null check (version > 0),
    is_newest boolean not null default true,
    brand_id text not null check (brand_id <> ''),
    brand_version integer not null check (brand_version > 0),
    template_id text not null check (template_id <> ''),
    template_version integer not null check (template_version > 0),
    stock_image_id text,
    fields jsonb not null check (jsonb_typeof(fields) = 'object'),
    corrections studio.correction[] not null default '{}',
    created_at timestamptz not null default now(),
    primary key (organization_id, asset_id),
    unique (organization_id, request_id, version),
    foreign key (organization_id, request_id) references studio.content_requests on delete cascade,
    foreign key (organization_id, brand_id, brand_version) references brand.brand_profile_versions,
    foreign key (organization_id, template_id, template_version) references brand.visual_template_versions,
    foreign key (organization_id, stock_image_id) references media.stock_images
);

comment on table studio.generated_assets is
'One row is one visual that was made of a brief, in all formats of its channels. A correction makes another version.';
comment on column studio.generated_assets.asset_id is 'Public id, such as ast-0a1b2c3d.';
comment on column studio.generated_assets.request_id is 'The brief.';
comment on column studio.generated_assets.version is 'Counts from 1 within the brief.';
comment on column studio.generated_assets.is_newest is 'Whether it is the one that posts show.';
comment on column studio.generated_assets.brand_id is 'The brand; refers to brand.brand_profiles.';
comment on column studio.generated_assets.brand_version is 'The version of the brand that it was made with.';
comment on column studio.generated_assets.template_id is 'The template; refers to brand.visual_templates.';
comment on column studio.generated_assets.template_version is 'The version of the template that it was made with.';
comment on column studio.generated_assets.stock_image_id is
'The picture that it shows; NULL for the pattern of the brand.';
comment on column studio.generated_assets.fields is 'The texts that were written into it, by field of the template.';
comment on column studio.generated_assets.corrections is 'The corrections that were applied, in their order.';

create unique index generated_assets_newest on studio.generated_assets (organization_id, request_id)
where is_newest;
create index generated_assets_brand on studio.generated_assets (organization_id, brand_id, brand_version);
create index generated_assets_template on studio.generated_assets (organization_id, template_id, template_version);
create index generated_assets_stock_image on studio.generated_assets (organization_id, stock_image_id)
where stock_image_id is not null;

select tenancy.protect_tenant_table('studio.generated_assets');

create table studio.asset_variants (
    organization_id text not null,
    variant_id text not null default tenancy.public_id('var', nextval('studio.variant_id_sequence'))
        check (variant_id ~ '^var-[0-9a-f]{8}$'),
    asset_id text not null,
    platform text not null,
    channel_type text not null,
    format_name text not null check (format_name <> ''),
    is_posted boolean not null,
    media_file_id text not null,
    render_hash text not null check (render_hash ~ '^[0-9a-f]{32,64}$'),
    alt_text text not null check (alt_text <> ''),
    shows_attribution boolean not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, variant_id),
    unique (organization_id, asset_id, platform, channel_type, format_name),
    foreign key (organization_id, asset_id) references studio.generated_assets on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

comment on table studio.asset_variants is
'One row is a visual in one format of one channel, as a stored picture. What two channels share is stored once.';
comment on column studio.asset_variants.variant_id is 'Public id, such as var-0a1b2c3d.';
comment on column studio.asset_variants.asset_id is 'The visual.';
comment on column studio.asset_variants.platform is 'Platform of the channel.';
comment on column studio.asset_variants.channel_type is 'Kind of publication, such as feed_post.';
comment on column studio.asset_variants.format_name is 'Format, as in channels.picture_formats.';
comment on column studio.asset_variants.is_posted is
'Whether the post of the channel shows this one of its formats: the first that the template has.';
comment on column studio.asset_variants.media_file_id is 'The stored picture.';
comment on column studio.asset_variants.render_hash is
'Hash of all that was put into it: what has the same is not rendered again.';
comment on column studio.asset_variants.alt_text is 'Alternative text.';
comment on column studio.asset_variants.shows_attribution is
'Whether the words that name the author of its photo are in the picture.';

create unique index asset_variants_posted on studio.asset_variants (organization_id, asset_id, platform, channel_type)
where is_posted;
create index asset_variants_file on studio.asset_variants (organization_id, media_file_id);
create index asset_variants_render on studio.asset_variants (organization_id, render_hash);
create index asset_variants_channel on studio.asset_variants (platform, channel_type);

select tenancy.protect_tenant_table('studio.asset_variants');

create function studio.reject_change_of_visual()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'a visual never changes: a correction makes a new version'
        using errcode = 'integrity_constraint_violation', constraint = 'visuals_are_immutable';
end
$$;

comment on function studio.reject_change_of_visual is 'A visual must not change after a decision on it.';

create trigger generated_assets_are_immutable
before update of request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id, fields,
corrections on studio.generated_assets
for each row execute function studio.reject_change_of_visual();
create trigger asset_variants_are_immutable before update on studio.asset_variants
for each row execute function studio.reject_change_of_visual();

-- Compliance: what is measured, with which weight, and what was measured.
create type studio.compliance_category as enum ('visual', 'voice', 'platform', 'consistency', 'accessibility');
comment on type studio.compliance_category is
'What a rule is about.
visual: colours, logo and safe zones
voice: words
platform: what the channel takes
consistency: what departs from brand and template
accessibility: who can read and hear it';

create table studio.compliance_categories (
    category studio.compliance_category not null,
    version integer not null check (version > 0),
    weight numeric(4, 3) not null check (weight > 0 and weight <= 1),
    primary key (category, version)
);

comment on table studio.compliance_categories is
'One row is the weight of a category in the score. The highest version counts for what is measured from then on.';
comment on column studio.compliance_categories.version is 'Counts from 1.';
comment on column studio.compliance_categories.weight is 'Share of the score; those of a version add up to 1.';

insert into studio.compliance_categories (category, version, weight) values
('visual', 1, 0.25),
('voice', 1, 0.25),
('platform', 1, 0.20),
('consistency', 1, 0.20),
('accessibility', 1, 0.10);

create table studio.compliance_rules (
    rule_name text not null check (rule_name ~ '^[a-z][a-z_]*$'),
    version integer not null check (version > 0),
    category studio.compliance_category not null,
    weight numeric(4, 3) not null check (weight > 0),
    threshold numeric(12, 4) not null,
    is_minimum boolean not null,
    severity channels.severity not null,
    description text not null check (description <> ''),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (rule_name, version)
);

comment on table studio.compliance_rules is
'One row is one version of one rule that visuals are measured by. The highest version counts for what is measured from '
'then on. User-maintained: a changed threshold is a new version.';
comment on column studio.compliance_rules.rule_name is 'What is measured.';
comment on column studio.compliance_rules.version is 'Counts from 1.';
comment on column studio.compliance_rules.category is 'The category that it counts for.';
comment on column studio.compliance_rules.weight is 'Weight among the measured rules of its category.';
comment on column studio.compliance_rules.threshold is 'What the measured value is compared with.';
comment on column studio.compliance_rules.is_minimum is
'True: the measured value is at least the threshold. False: at most.';
comment on column studio.compliance_rules.severity is
'hard: a visual that breaks it cannot be approved. soft: it lowers the score.';
comment on column studio.compliance_rules.description is 'What is measured, and in which unit.';
comment on column studio.compliance_rules.is_active is 'False: it is not measured.';

insert into studio.compliance_rules (
    rule_name, version, category, weight, threshold, is_minimum, severity, description
) values
('contrast', 1, 'accessibility', 2, 4.5, true, 'hard',
'WCAG 2.2 contrast of text with the pixels under it, at their 5th percentile; the lowest of all smaller texts.'),
('contrast_large', 1, 'accessibility', 2, 3, true, 'hard',
'The same for large text: 24 CSS pixels or more where the picture is shown 375 wide, as on a phone.'),
('alt_text', 1, 'accessibility', 1, 3, true, 'hard', 'Words of the alternative text.'),
('logo', 1, 'visual', 2, 1, true, 'hard', '1 if the logo of the brand is drawn where the template has one.'),
('logo_size', 1, 'visual', 1, 0.06, true, 'soft',
'Longer side of the logo, as a share of the shorter side of the picture.'),
('logo_clear_space', 1, 'visual', 1, 0.1, true, 'soft',
'Space between the logo and the nearest text, as a share of the height of the logo.'),
('logo_proportions', 1, 'visual', 1, 0.03, false, 'soft',
'Difference of the proportions of the logo from those of its file, as a share of them.'),
('safe_zone', 1, 'visual', 2, 0, false, 'hard', 'Pixels of text or logo outside of the safe zone of the format.'),
('palette', 1, 'visual', 1, 0.5, true, 'soft',
'Share of the picture beside its photo whose colours are within 10 of one of the brand (ΔE2000).'),
('file_size', 1, 'platform', 1, 1, false, 'hard', 'Size of the file, as a share of the most that the channel takes.'),
('dimensions', 1, 'platform', 1, 0, false, 'hard', 'Pixels by which width and height differ from the format.'),
('mime_type', 1, 'platform', 1, 1, true, 'hard', '1 if the channel takes this kind of file.'),
('banned_words', 1, 'voice', 2, 0, false, 'hard', 'Words that the brand bans, in brief, visual and alternative text.'),
('vocabulary', 1, 'voice', 1, 0, false, 'soft', 'Words of the brand that brief and visual spell otherwise.'),
('reading_grade', 1, 'voice', 1, 12, false, 'soft',
'School grade that the brief needs (Flesch-Kincaid; English briefs of 30 words or more).'),
('drawn_colours', 1, 'consistency', 2, 0, false, 'soft',
'Colours of texts, shapes and gradients that are neither of the brand nor black or white.'),
('template_kept', 1, 'consistency', 1, 0, false, 'soft', 'Corrections by which the visual departs from its template.');

create table studio.compliance_results (
    organization_id text not null,
    variant_id text not null,
    rule_name text not null,
    rule_version integer not null,
    measured numeric(14, 4),
    score numeric(5, 4) check (score between 0 and 1),
    is_passed boolean,
    reason text check (reason <> ''),
    evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
    checked_at timestamptz not null default now(),
    primary key (organization_id, variant_id, rule_name),
    foreign key (organization_id, variant_id) references studio.asset_variants on delete cascade,
    foreign key (rule_name, rule_version) references studio.compliance_rules,
    check (num_nonnulls(measured, score, is_passed) in (0, 3)),
    check (is_passed or reason is not null)
);

comment on table studio.compliance_results is
'One row is what was measured of a variant by one rule. What cannot be measured is NULL and counts for nothing.';
comment on column studio.compliance_results.variant_id is 'The variant.';
comment on column studio.compliance_results.rule_name is 'The rule.';
comment on column studio.compliance_results.rule_version is 'Its version.';
comment on column studio.compliance_results.measured is 'The measured value, in the unit of the rule.';
comment on column studio.compliance_results.score is
'1 if the value reaches the threshold, else how near it comes.';
comment on column studio.compliance_results.is_passed is 'Whether it reaches the threshold.';
comment on column studio.compliance_results.reason is 'What is wrong or not measured, and what to do; NULL if passed.';
comment on column studio.compliance_results.evidence is
'What shows it: the layer with its box in pixels, colours, words.';
comment on column studio.compliance_results.checked_at is 'When it was measured.';

create index compliance_results_rule on studio.compliance_results (rule_name, rule_version);

select tenancy.protect_tenant_table('studio.compliance_results');

grant select on studio.compliance_categories, studio.compliance_rules to syndication_pipeline, syndication_reader;
grant insert, update, delete on studio.compliance_categories, studio.compliance_rules to syndication_pipeline;
create trigger compliance_rules_changes after insert or update or delete on studio.compliance_rules
for each row execute function channels.write_rule_change();
create trigger compliance_categories_changes after insert or update or delete on studio.compliance_categories
for each row execute function channels.write_rule_change();

create view studio.category_scores with (security_invoker = true) as
select
    v.organization_id,
    v.variant_id,
    c.category,
    c.weight,
    sum(r.score * k.weight) / nullif(sum(k.weight) filter (where r.score is not null), 0) as score,
    count(r.score) as rules_measured
from studio.asset_variants as v
cross join (
    select distinct on (category)
        category,
        weight
    from studio.compliance_categories
    order by category asc, version desc
) as c
left join studio.compliance_rules as k on c.category = k.category
left join studio.compliance_results as r
    on
        v.organization_id = r.organization_id
        and v.variant_id = r.variant_id
        and k.rule_name = r.rule_name
        and k.version = r.rule_version
group by v.organization_id, v.variant_id, c.category, c.weight;

comment on view studio.category_scores is
'One row is the score of a variant in one category: the weighted mean of its measured rules, NULL without one.';
comment on column studio.category_scores.weight is 'Share of the category in the score of the variant.';
comment on column studio.category_scores.score is 'From 0 to 1.';
comment on column studio.category_scores.rules_measured is 'How many rules were measured.';

create view studio.variant_scores with (security_invoker = true) as
select
    v.organization_id,
    v.variant_id,
    s.score,
    s.measured_weight,
    case
        when s.score >= 0.9 then 'excellent'
        when s.score >= 0.8 then 'good'
        when s.score >= 0.7 then 'acceptable'
        when s.score >= 0.6 then 'needs improvement'
        when s.score is not null then 'non-compliant'
    end as level
from studio.asset_variants as v
cross join lateral (
    select
        sum(c.score * c.weight) / nullif(sum(c.weight) filter (where c.score is not null), 0) as score,
        coalesce(sum(c.weight) filter (where c.score is not null), 0) as measured_weight
    from studio.category_scores as c
    where c.organization_id = v.organization_id and c.variant_id = v.variant_id
) as s;

comment on view studio.variant_scores is
'One row is the compliance of one variant: the weighted mean of the categories that were measured.';
comment on column studio.variant_scores.score is 'From 0 to 1; NULL if nothing was measured.';
comment on column studio.variant_scores.measured_weight is
'Share of the categories that were measured: below 1, the score says nothing about the rest.';
comment on column studio.variant_scores.level is
'excellent, good, acceptable, needs improvement or non-compliant; NULL if nothing was measured.';

create view studio.variant_verdicts with (security_invoker = true) as
select
    v.organization_id,
    v.variant_id,
    a.asset_id,
    a.request_id,
    a.brand_id,
    (v.created_at at time zone 'utc')::date as made_on,
    s.score,
    b.minimum_score,
    broken.rules as broken_rules,
    s.score >= b.minimum_score and not broken.is_hard as is_passed
from studio.asset_variants as v
inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
inner join brand.brand_versions as b
    on a.organization_id = b.organization_id and a.brand_id = b.brand_id and a.brand_version = b.version
inner join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
cross join lateral (
    select
        coalesce(array_agg(r.rule_name order by r.rule_name), '{}') as rules,
        coalesce(bool_or(k.severity = 'hard'), false) as is_hard
    from studio.compliance_results as r
    inner join studio.compliance_rules as k on r.rule_name = k.rule_name and r.rule_version = k.version
    where r.organization_id = v.organization_id and r.variant_id = v.variant_id and not r.is_passed
) as broken;

comment on view studio.variant_verdicts is
'One row is whether one variant is what its brand wants: no hard rule is broken, and the score reaches the minimum.';
comment on column studio.variant_verdicts.made_on is 'UTC day on which it was made.';
comment on column studio.variant_verdicts.score is 'From 0 to 1; NULL if nothing was measured.';
comment on column studio.variant_verdicts.minimum_score is 'What the version of the brand wants.';
comment on column studio.variant_verdicts.broken_rules is 'The rules that it breaks; empty if none.';
comment on column studio.variant_verdicts.is_passed is 'NULL if nothing was measured.';

create view studio.brand_compliance_daily with (security_invoker = true) as
select
    d.organization_id,
    d.brand_id,
    d.made_on,
    d.variants,
    d.passed,
    d.failed,
    d.passed::numeric / nullif(d.passed + d.failed, 0) as pass_rate,
    d.mean_score,
    d.lowest_score,
    v.common_violations
from (
    select
        o.organization_id,
        o.brand_id,
        o.made_on,
        count(*) as variants,
        count(*) filter (where o.is_passed) as passed,
        count(*) filter (where not o.is_passed) as failed,
        avg(o.score) as mean_score,
        min(o.score) as lowest_score
    from studio.variant_verdicts as o
    group by o.organization_id, o.brand_id, o.made_on
) as d
cross join lateral (
    select coalesce(jsonb_object_agg(t.rule_name, t.variants), '{}') as common_violations
    from (
        select
            u.rule_name,
            count(*) as variants
        from studio.variant_verdicts as o
        cross join lateral unnest(o.broken_rules) as u (rule_name)
        where o.organization_id = d.organization_id and o.brand_id = d.brand_id and o.made_on = d.made_on
        group by u.rule_name
        order by count(*) desc, u.rule_name asc
        limit 5
    ) as t
) as v;

comment on view studio.brand_compliance_daily is
'One row is how compliant the pictures of one brand are that were made on one day.';
comment on column studio.brand_compliance_daily.made_on is 'UTC day.';
comment on column studio.brand_compliance_daily.variants is 'Pictures that were made.';
comment on column studio.brand_compliance_daily.passed is 'Those that are what the brand wants.';
comment on column studio.brand_compliance_daily.failed is 'Those that are not.';
comment on column studio.brand_compliance_daily.pass_rate is
'Passed, as a share of those that were measured; NULL if none was.';
comment on column studio.brand_compliance_daily.common_violations is
'The rules that most pictures break, with the number of pictures; five at most.';

grant select on studio.category_scores, studio.variant_scores, studio.variant_verdicts, studio.brand_compliance_daily
to syndication_pipeline, syndication_reader;

-- Texts with pictures of ours.
alter table content.posts_content add column picture_file_id text;
alter table content.posts_content
add constraint posts_content_picture foreign key (organization_id, picture_file_id) references media.media_files,
add constraint posts_content_one_picture check (num_nonnulls(image_url, picture_file_id) < 2);
comment on column content.posts_content.picture_file_id is
'Picture of ours that is published with the text; NULL if there is none, or it is at image_url.';
comment on column content.posts_content.content_hash is
'BLAKE2b-128 of text, link, picture and alternative text; approvals are bound to it.';
create index posts_content_picture_file on content.posts_content (organization_id, picture_file_id)
where picture_file_id is not null;

drop trigger posts_content_is_immutable on content.posts_content;
create trigger posts_content_is_immutable
before update of
text_content, hashtags, call_to_action, alt_text, link_url, image_url, picture_file_id, content_hash, post_core_id,
variation, version, generator, model, template_id, template_version, product_version, seen_prices, seen_currency
on content.posts_content
for each row execute function content.reject_change_of_text();

alter table content.posts_core add column request_id text;
alter table content.posts_core
add constraint posts_core_request foreign key (organization_id, request_id) references studio.content_requests,
add constraint posts_core_request_once unique (organization_id, request_id, platform, channel_type);
comment on column content.posts_core.request_id is 'The brief that led to the post; NULL for other posts.';

create view content.brief_posts with (security_invoker = true) as
select distinct on (p.organization_id, p.post_core_id)
    p.organization_id,
    p.request_id,
    p.platform,
    p.channel_type,
    p.post_core_id,
    p.planned_on,
    c.content_id,
    c.version,
    c.state,
    c.language,
    c.picture_file_id,
    c.content_hash
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where p.request_id is not null
order by p.organization_id asc, p.post_core_id asc, c.version desc;

comment on view content.brief_posts is
'One row is the post of one channel of a brief, with the newest version of its text and the picture that it shows.';
grant select on content.brief_posts to syndication_pipeline, syndication_reader;

create function publishing.picture_problem(of_organization_id text, of_media_file_id text, caption text)
returns text language sql stable parallel safe
as $$
with shown as (
    select
        true as is_known,
        a.stock_image_id,
        v.shows_attribution
    from studio.asset_variants as v
    inner join studio.generated_assets as a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
    where v.organization_id = of_organization_id and v.media_file_id = of_media_file_id
    union all
    select
        true,
        s.stock_image_id,
        false
    from media.stock_images as s
    where s.organization_id = of_organization_id and s.media_file_id = of_media_file_id
)

select
    case
        when not exists (select from shown) then 'Nobody knows where its picture is from: use a visual of a brief.'
        else (
            select
                min(case
                    when s.licence is null or s.allows_commercial_use is null or s.allows_changes is null
                        or s.is_attribution_required is null
                        then format(
                            'The licence of its photo %s is not known: `syndication stock show %1$s`.',
                            s.stock_image_id
                        )
                    when not s.allows_commercial_use
                        then format('The licence %s of its photo %s forbids marketing.', s.licence, s.stock_image_id)
                    when not s.allows_changes
                        then format('The licence %s of its photo %s forbids changes.', s.licence, s.stock_image_id)
                    when s.is_attribution_required and not p.shows_attribution
                        and strpos(caption, s.attribution) = 0
                        then format(
                            'Neither text nor picture names the author of its photo: add "%s" to the text.',
                            s.attribution
                        )
                end)
            from shown as p
            inner join media.stock_images as s
                on s.organization_id = of_organization_id and p.stock_image_id = s.stock_image_id
        )
    end
$$;

comment on function publishing.picture_problem is
'Why a picture of ours may not be published with a caption, as a sentence for people; NULL if it may: it is a visual '
'without a photo, or the licence of its photo is known and allows marketing and changes, and its author is named where '
'the licence wants it, in the caption or in the picture.';

grant execute on function publishing.picture_problem to syndication_pipeline, syndication_reader;

create function publishing.reject_unlicensed_picture()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    problem text;
begin
    select publishing.picture_problem(c.organization_id, c.picture_file_id, c.text_content) into problem
    from content.posts_content c
    where c.organization_id = new.organization_id and c.content_id = new.content_id and c.picture_file_id is not null;
    if problem is not null then
        raise exception '%', problem
            using errcode = 'integrity_constraint_violation', constraint = 'post_targets_picture';
    end if;
    return new;
end
$$;

comment on function publishing.reject_unlicensed_picture is
'Nothing is scheduled or sent with a picture whose licence is not known, or does not allow it.';

create trigger post_targets_picture before insert or update of state, content_id on publishing.post_targets
for each row when (new.state in ('scheduled', 'publishing'))
execute function publishing.reject_unlicensed_picture();

-- The state of a brief follows its texts and their posts, in the transaction that decides or publishes.
create function studio.follow_texts(of_organization_id text, of_request_id text)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    before studio.request_state;
    after studio.request_state;
begin
    select r.state into before
    from studio.content_requests r
    where r.organization_id = of_organization_id and r.request_id = of_request_id
    for update;
    if before is null or before not in ('generated', 'review', 'approved', 'rejected') then
        return;
    end if;
    select
        case
            when count(newest.state) < count(*) or bool_or(newest.picture_file_id is distinct from v.media_file_id
                and not coalesce(sent.is_sent, false)) then before
            when bool_or(newest.state in ('generated', 'needs_review')) then 'review'
            when bool_or(newest.state = 'rejected') then 'rejected'
            when bool_and(coalesce(sent.is_published, false)) then 'published'
            else 'approved'
        end
    into after
    from studio.request_channels c
    left join content.posts_core p
        on p.organization_id = c.organization_id and p.request_id = c.request_id and p.platform = c.platform
        and p.channel_type = c.channel_type
    left join lateral (
        select t.state, t.picture_file_id, t.content_id
        from content.posts_content t
        where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
        order by t.version desc
        limit 1
    ) newest on true
    left join studio.generated_assets a
        on a.organization_id = c.organization_id and a.request_id = c.request_id and a.is_newest
    left join studio.asset_variants v
        on v.organization_id = a.organization_id and v.asset_id = a.asset_id and v.platform = c.platform
        and v.channel_type = c.channel_type and v.is_posted
    left join lateral (
        select
            bool_and(t.state = 'published') as is_published,
            bool_or(t.state in ('publishing', 'published', 'needs_reconcile') or t.is_in_doubt) as is_sent
        from publishing.post_targets t
        where t.organization_id = p.organization_id and t.content_id = newest.content_id and t.state <> 'cancelled'
    ) sent on true
    where c.organization_id = of_organization_id and c.request_id = of_request_id;
    -- Each step that lies between is taken, because a trigger rejects others.
    if before in ('generated', 'rejected') and after in ('review', 'approved', 'published')
        or before = 'generated' and after = 'rejected' or before = 'approved' and after = 'review' then
        update studio.content_requests set state = 'review'
        where organization_id = of_organization_id and request_id = of_request_id;
        before := 'review';
    end if;
    if before = 'review' and after in ('approved', 'published') then
        update studio.content_requests set state = 'approved'
        where organization_id = of_organization_id and request_id = of_request_id;
        before := 'approved';
    end if;
    if after in ('rejected', 'published') and before in ('review', 'approved') then
        update studio.content_requests set state = after
        where organization_id = of_organization_id and request_id = of_request_id;
    end if;
end
$$;

comment on function studio.follow_texts is
'Brings a brief to the state that its texts and their posts are in: review while one waits for a decision, rejected if '
'one is rejected, approved if all are, published if all are published.';

grant execute on function studio.follow_texts to syndication_pipeline;

create function studio.follow_text()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform studio.follow_texts(p.organization_id, p.request_id)
    from content.posts_core p
    where p.organization_id = new.organization_id and p.post_core_id = new.post_core_id and p.request_id is not null;
    return null;
end
$$;

comment on function studio.follow_text is 'Lets the brief of a text follow it.';

create trigger posts_content_brief after insert or update of state on content.posts_content
for each row when (new.picture_file_id is not null) execute function studio.follow_text();
create trigger post_targets_brief after update of state on publishing.post_targets
for each row when (new.state in ('published', 'cancelled') and new.state is distinct from old.state)
execute function studio.follow_text();

insert into tenancy.permissions (permission, description) values
('briefs.edit', 'Ask for visuals, correct them, and choose stock images.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    'briefs.edit'
from unnest(enum_range('editor'::tenancy.member_role, 'owner'::tenancy.member_role)) as r (role);
alter table tenancy.role_permissions enable trigger role_permissions_changes;
