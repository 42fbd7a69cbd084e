-- The schema of the room `studio`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema studio authorization syndication_owner;  -- pipeline: usage; reader: usage

-- How far a brief has come.
create type studio.request_state as enum (
    'pending',     -- its visuals are to be made, not before next_attempt_at
    'processing',  -- a run makes them, until leased_until at most
    'generated',   -- its visuals are stored and measured, its texts are not written yet
    'review',      -- its texts with their pictures wait for a decision
    'approved',    -- each of them is approved
    'rejected',    -- one of them is rejected, and none waits for a decision any more
    'published',   -- each of them is published, or simulated
    'failed',      -- several attempts failed, or it cannot be made as it is: `syndication brief retry`
    'archived'     -- it is over: it was cancelled, or put away after it was published
);

-- What a person let the studio change in a visual to make it compliant.
create type studio.correction as enum (
    'darker_overlay',  -- a dark layer over the photo, below the text
    'light_text',      -- text in the lightest colour of the brand
    'dark_text'        -- text in the darkest colour of the brand
);

-- What a rule is about.
create type studio.compliance_category as enum (
    'visual',        -- colours, logo and safe zones
    'voice',         -- words
    'platform',      -- what the channel takes
    'consistency',   -- what departs from brand and template
    'accessibility'  -- who can read and hear it
);

-- A step before which a brief may stop.
create type studio.manual_step as enum (
    'pictures',  -- its photo is chosen, nothing is drawn yet
    'texts',     -- its pictures are made, its texts are not written yet
    'decision'   -- its texts are written, and no rule decides on them yet
);

-- Where the photo of a visual comes from.
create type studio.creation_mode as enum (
    'template_based',  -- nowhere, the template stands by itself
    'stock_enhanced',  -- a source of photos or a chosen one; without one, nothing is made
    'hybrid',          -- a source of photos or a chosen one; without one, the pattern of the brand stands for it
    'brand_only'       -- the pictures of the organization; without one, the pattern of the brand stands for it
);

-- How much is made of a brief.
create type studio.visual_quality as enum (
    'draft',     -- of each channel, the format that is posted
    'standard',  -- all formats
    'premium',   -- all formats, and photos are compressed as little as the channel allows
    'executive'  -- as premium, and its pictures need the score of the level strict, whatever the level of the brand
);

-- One row is one brief in one language: what is to be said, where, and how far it has come. A brief in three languages
-- is three rows of one batch, because each is reviewed and published by itself.
create table studio.content_requests (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    request_id text not null default tenancy.public_id('req', nextval('studio.request_id_sequence')),
                                                    -- Public id, such as req-0a1b2c3d.
    batch_name text,                                -- What briefs that were added together have in common; NULL for a
                                                    -- brief of its own.
    title text not null,                            -- The headline of the visual.
    brief text not null,                            -- The message that the text says, as the requester wrote it.
    language text not null,                         -- Language of title, brief and text, ISO 639-1 code.
    content_type text not null default 'announcement',
                                                    -- Kind of content in the words of the organization, which a
                                                    -- language model is told.
    template_name text not null,                    -- Name of the visual template.
    brand_name text,                                -- Name of the brand; NULL for that of the template, or the only
                                                    -- one.
    fields jsonb not null default '{}',             -- Further fields of the template: name to text.
    facts text[] not null default '{}',             -- What the requester states: the text may claim nothing else beside
                                                    -- the brief.
    keywords text[] not null default '{}',          -- Words that hashtags are made of, the most telling first.
    search_terms text,                              -- What to search for among stock images; NULL for the pattern of
                                                    -- the brand.
    stock_image_id text,                            -- The picture that the requester chose; NULL to search for one.
    audience text,                                  -- Whom it addresses, which a language model is told.
    style text,                                     -- How it says it, which a language model is told.
    call_to_action text,                            -- The sentence that invites readers to act.
    link_url text,                                  -- Page that the text links to.
    alt_text text,                                  -- Alternative text of the visual; NULL to use what the visual says.
    corrections studio.correction[] not null default '{}',
                                                    -- Corrections that a person asked for, in their order: the next
                                                    -- visual is made with them.
    priority integer not null default 0,            -- Higher ones are made first.
    due_on date,                                    -- Day by which it is wanted: of equal priority, the earlier one is
                                                    -- made first.
    requested_by text not null,                     -- Who asked for it.
    state studio.request_state not null default 'pending',
                                                    -- How far it has come. A trigger rejects illegal steps.
    state_since timestamptz not null default now(),
                                                    -- When the state was entered.
    next_attempt_at timestamptz default now(),      -- Time before which it is not attempted; NULL unless it is pending.
    attempts integer not null default 0,            -- Attempts that were started since a person last asked for one. A
                                                    -- run that dies has started one.
    lease_id uuid,                                  -- The lease of the run that makes it; NULL unless processing.
    leased_until timestamptz,                       -- When another run may take it over; NULL unless processing.
    reason text,                                    -- Why it is not further, as a sentence that says what to do; NULL
                                                    -- if nothing is wrong.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    mode studio.creation_mode not null default 'hybrid',
                                                    -- Where its photo may come from.
    quality studio.visual_quality not null default 'standard',
                                                    -- How much is made of it.
    variation integer not null default 1,           -- Number among the variations of one message, which are briefs of
                                                    -- one batch, each with another photo.
    stop_before studio.manual_step[] not null default '{}',
                                                    -- Steps before which it waits for a person: `syndication brief
                                                    -- resume` takes the one that it waits before out.
    stopped_before studio.manual_step,              -- The step that a person is waited for; NULL if runs go on.
    variant_fields jsonb not null default '{}',     -- Texts of single pictures: channel and format, as in
                                                    -- facebook/feed_post square, to field to text.

    primary key (organization_id, request_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, stock_image_id) references media.stock_images (organization_id, stock_image_id),
    check (request_id ~ '^req-[0-9a-f]{8}$'),
    check (batch_name <> ''),
    check (title <> ''),
    check (brief <> ''),
    check (language ~ '^[a-z]{2}$'),
    check (content_type <> ''),
    check (template_name <> ''),
    check (brand_name <> ''),
    check (jsonb_typeof(fields) = 'object'),
    check (search_terms <> ''),
    check (audience <> ''),
    check (style <> ''),
    check (call_to_action <> ''),
    check (link_url ~ '^https?://'),
    check (alt_text <> ''),
    check (requested_by <> ''),
    check (attempts >= 0),
    check (reason <> ''),
    check ((state = 'pending') = (next_attempt_at is not null)),
    check ((state = 'processing') = (lease_id is not null)),
    check ((lease_id is null) = (leased_until is null)),
    check (state <> 'failed' or reason is not null),
    check (variation >= 1 and variation <= 5),
    check (jsonb_typeof(variant_fields) = 'object'),
    check (stopped_before is null or (stopped_before = any (stop_before)))
);
create index content_requests_leased on studio.content_requests (leased_until) where state = 'processing';
create index content_requests_state on studio.content_requests (organization_id, state_since desc, request_id);
create index content_requests_stock_image on studio.content_requests (organization_id, stock_image_id)
    where stock_image_id is not null;
create index content_requests_pending on studio.content_requests (priority desc, due_on, created_at, request_id)
    where state = 'pending' and stopped_before is null;
create index content_requests_of_organization on studio.content_requests (organization_id, created_at desc, request_id);
create index content_requests_of_state on studio.content_requests (organization_id, state, created_at desc, request_id);
create index content_requests_of_language
    on studio.content_requests (organization_id, language, created_at desc, request_id);
create index content_requests_of_batch
    on studio.content_requests (organization_id, batch_name, created_at desc, request_id) where batch_name is not null;
create index content_requests_parts
    on studio.content_requests using gin (studio.parts_of_text((title || ' ') || brief));
create trigger content_requests_step before insert or update on studio.content_requests
    for each row execute function studio.reject_illegal_step();
create trigger set_updated_at before update on studio.content_requests
    for each row execute function tenancy.set_updated_at();
create trigger content_requests_audit after insert or delete
    or update of title, brief, fields, variant_fields, state, stock_image_id, stopped_before on studio.content_requests
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select
create policy owner_searches on studio.content_requests for select to syndication_owner using (true);

-- One row is one channel that a brief is for.
create table studio.request_channels (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    request_id text not null,       -- The brief.
    platform text not null,         -- Platform of the channel.
    channel_type text not null,     -- Kind of publication, such as feed_post.

    primary key (organization_id, request_id, platform, channel_type),
    foreign key (organization_id, request_id) references studio.content_requests (organization_id, request_id)
        on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade
);
create index request_channels_channel on studio.request_channels (platform, channel_type);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one visual that was made of a brief, in all formats of its channels. A correction makes another version.
create table studio.generated_assets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    asset_id text not null default tenancy.public_id('ast', nextval('studio.asset_id_sequence')),
                                                    -- Public id, such as ast-0a1b2c3d.
    request_id text not null,                       -- The brief.
    version integer not null,                       -- Counts from 1 within the brief.
    is_newest boolean not null default true,        -- Whether it is the one that posts show.
    brand_id text not null,                         -- The brand; refers to brand.brand_profiles.
    brand_version integer not null,                 -- The version of the brand that it was made with.
    template_id text not null,                      -- The template; refers to brand.visual_templates.
    template_version integer not null,              -- The version of the template that it was made with.
    stock_image_id text,                            -- The picture that it shows; NULL for the pattern of the brand.
    fields jsonb not null,                          -- The texts that were written into it, by field of the template.
    corrections studio.correction[] not null default '{}',
                                                    -- The corrections that were applied, in their order.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    pattern_asset_id text,                          -- The pattern of the brand that stands for a photo; NULL for none,
                                                    -- and for visuals from before this was kept.

    primary key (organization_id, asset_id),
    unique (organization_id, request_id, version),
    foreign key (organization_id, request_id) references studio.content_requests (organization_id, request_id)
        on delete cascade,
    foreign key (organization_id, brand_id, brand_version)
        references brand.brand_profile_versions (organization_id, brand_id, version),
    constraint generated_assets_organization_id_template_id_template_vers_fkey foreign key (organization_id,
        template_id, template_version)
        references brand.visual_template_versions (organization_id, template_id, version),
    foreign key (organization_id, stock_image_id) references media.stock_images (organization_id, stock_image_id),
    foreign key (organization_id, pattern_asset_id) references brand.brand_assets (organization_id, asset_id),
    check (asset_id ~ '^ast-[0-9a-f]{8}$'),
    check (version > 0),
    check (brand_id <> ''),
    check (brand_version > 0),
    check (template_id <> ''),
    check (template_version > 0),
    check (jsonb_typeof(fields) = 'object')
);
create unique index generated_assets_newest on studio.generated_assets (organization_id, request_id) where is_newest;
create index generated_assets_brand on studio.generated_assets (organization_id, brand_id, brand_version);
create index generated_assets_template on studio.generated_assets (organization_id, template_id, template_version);
create index generated_assets_stock_image on studio.generated_assets (organization_id, stock_image_id)
    where stock_image_id is not null;
create index generated_assets_pattern on studio.generated_assets (organization_id, pattern_asset_id)
    where pattern_asset_id is not null;
create trigger generated_assets_are_immutable before update of request_id, version, brand_id, brand_version,
    template_id, template_version, stock_image_id, pattern_asset_id, fields, corrections on studio.generated_assets
    for each row execute function studio.reject_change_of_visual();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is a visual in one format of one channel, as a stored picture. What two channels share is stored once.
create table studio.asset_variants (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    variant_id text not null default tenancy.public_id('var', nextval('studio.variant_id_sequence')),
                                                    -- Public id, such as var-0a1b2c3d.
    asset_id text not null,                         -- The visual.
    platform text not null,                         -- Platform of the channel.
    channel_type text not null,                     -- Kind of publication, such as feed_post.
    format_name text not null,                      -- Format, as in channels.picture_formats.
    is_posted boolean not null,                     -- Whether the post of the channel shows this one of its formats:
                                                    -- the first that the template has.
    media_file_id text not null,                    -- The stored picture.
    render_hash text not null,                      -- Hash of all that was put into it: what has the same is not
                                                    -- rendered again.
    alt_text text not null,                         -- Alternative text.
    shows_attribution boolean not null,             -- Whether the words that name the author of its photo are in the
                                                    -- picture.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, variant_id),
    constraint asset_variants_organization_id_asset_id_platform_channel_ty_key unique (organization_id, asset_id,
        platform, channel_type, format_name),
    foreign key (organization_id, asset_id) references studio.generated_assets (organization_id, asset_id)
        on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files (organization_id, media_file_id),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (variant_id ~ '^var-[0-9a-f]{8}$'),
    check (format_name <> ''),
    check (render_hash ~ '^[0-9a-f]{32,64}$'),
    check (alt_text <> '')
);
create unique index asset_variants_posted on studio.asset_variants (organization_id, asset_id, platform, channel_type)
    where is_posted;
create index asset_variants_file on studio.asset_variants (organization_id, media_file_id);
create index asset_variants_render on studio.asset_variants (organization_id, render_hash);
create index asset_variants_channel on studio.asset_variants (platform, channel_type);
create trigger asset_variants_are_immutable before update on studio.asset_variants
    for each row execute function studio.reject_change_of_visual();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the weight of a category in the score. The highest version counts for what is measured from then on.
create table studio.compliance_categories (
    category studio.compliance_category not null,
    version integer not null,                      -- Counts from 1.
    weight numeric(4,3) not null,                  -- Share of the score; those of a version add up to 1.

    primary key (category, version),
    check (version > 0),
    check (weight > 0::numeric and weight <= 1::numeric)
);
create trigger compliance_categories_changes after insert or delete or update on studio.compliance_categories
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one rule that visuals are measured by. The highest version counts for what is measured from
-- then on. User-maintained: a changed threshold is a new version.
create table studio.compliance_rules (
    rule_name text not null,                        -- What is measured.
    version integer not null,                       -- Counts from 1.
    category studio.compliance_category not null,   -- The category that it counts for.
    weight numeric(4,3) not null,                   -- Weight among the measured rules of its category.
    threshold numeric(12,4) not null,               -- What the measured value is compared with.
    is_minimum boolean not null,                    -- True: the measured value is at least the threshold. False: at
                                                    -- most.
    severity channels.severity not null,            -- hard: a visual that breaks it cannot be approved. soft: it lowers
                                                    -- the score.
    description text not null,                      -- What is measured, and in which unit.
    is_active boolean not null default true,        -- False: it is not measured.
    created_at timestamptz not null default now(),

    primary key (rule_name, version),
    check (rule_name ~ '^[a-z][a-z_]*$'),
    check (version > 0),
    check (weight > 0::numeric),
    check (description <> '')
);
create trigger compliance_rules_changes after insert or delete or update on studio.compliance_rules
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is what was measured of a variant by one rule. What cannot be measured is NULL and counts for nothing.
create table studio.compliance_results (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    variant_id text not null,                       -- The variant.
    rule_name text not null,                        -- The rule.
    rule_version integer not null,                  -- Its version.
    measured numeric(14,4),                         -- The measured value, in the unit of the rule.
    score numeric(5,4),                             -- 1 if the value reaches the threshold, else how near it comes.
    is_passed boolean,                              -- Whether it reaches the threshold.
    reason text,                                    -- What is wrong or not measured, and what to do; NULL if passed.
    evidence jsonb not null default '{}',           -- What shows it: the layer with its box in pixels, colours, words.
    checked_at timestamptz not null default now(),  -- When it was measured.

    primary key (organization_id, variant_id, rule_name),
    foreign key (organization_id, variant_id) references studio.asset_variants (organization_id, variant_id)
        on delete cascade,
    foreign key (rule_name, rule_version) references studio.compliance_rules (rule_name, version),
    check (score >= 0::numeric and score <= 1::numeric),
    check (reason <> ''),
    check (jsonb_typeof(evidence) = 'object'),
    check (num_nonnulls(measured, score, is_passed) in (0, 3)),
    check (is_passed or reason is not null)
);
create index compliance_results_rule on studio.compliance_results (rule_name, rule_version);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the score of a variant in one category: the weighted mean of its measured rules, NULL without one.
create view studio.category_scores (
    organization_id,  -- text
    variant_id,       -- text
    category,         -- studio.compliance_category
    weight,           -- numeric(4,3): Share of the category in the score of the variant.
    score,            -- numeric: From 0 to 1.
    rules_measured    -- bigint: How many rules were measured.
) with (security_invoker = true) as
select v.organization_id,
    v.variant_id,
    c.category,
    c.weight,
    sum(r.score * k.weight) / nullif(sum(k.weight) filter (where r.score is not null), 0::numeric) as score,
    count(r.score) as rules_measured
   from studio.asset_variants v
     cross join ( select distinct on (compliance_categories.category) compliance_categories.category,
            compliance_categories.weight
           from studio.compliance_categories
          order by compliance_categories.category, compliance_categories.version desc) c
     left join studio.compliance_rules k on c.category = k.category
     left join studio.compliance_results r on v.organization_id = r.organization_id and v.variant_id = r.variant_id
         and k.rule_name = r.rule_name and k.version = r.rule_version
  group by v.organization_id, v.variant_id, c.category, c.weight;
-- pipeline: select; reader: select

-- One row is the compliance of one variant: the weighted mean of the categories that were measured.
create view studio.variant_scores (
    organization_id,  -- text
    variant_id,       -- text
    score,            -- numeric: From 0 to 1; NULL if nothing was measured.
    measured_weight,  -- numeric: Share of the categories that were measured: below 1, the score says nothing about the
                      -- rest.
    level             -- text: excellent, good, acceptable, needs improvement or non-compliant; NULL if nothing was
                      -- measured.
) with (security_invoker = true) as
select v.organization_id,
    v.variant_id,
    s.score,
    s.measured_weight,
        case
            when s.score >= 0.9 then 'excellent'
            when s.score >= 0.8 then 'good'
            when s.score >= 0.7 then 'acceptable'
            when s.score >= 0.6 then 'needs improvement'
            when s.score is not null then 'non-compliant'
            else null
        end as level
   from studio.asset_variants v
     cross join lateral ( select sum(c.score * c.weight) / nullif(sum(c.weight) filter (where c.score is not null),
         0::numeric) as score,
            coalesce(sum(c.weight) filter (where c.score is not null), 0::numeric) as measured_weight
           from studio.category_scores c
          where c.organization_id = v.organization_id and c.variant_id = v.variant_id) s;
-- pipeline: select; reader: select

-- One row is whether one variant is what its brand wants: no hard rule is broken, and the score reaches the minimum.
create view studio.variant_verdicts (
    organization_id,  -- text
    variant_id,       -- text
    asset_id,         -- text
    request_id,       -- text
    brand_id,         -- text
    made_on,          -- date: UTC day on which it was made.
    score,            -- numeric: From 0 to 1; NULL if nothing was measured.
    minimum_score,    -- numeric(3,2): What the version of the brand wants.
    broken_rules,     -- text[]: The rules that it breaks; empty if none.
    is_passed         -- boolean: NULL if nothing was measured.
) with (security_invoker = true) as
select v.organization_id,
    v.variant_id,
    a.asset_id,
    a.request_id,
    a.brand_id,
    (v.created_at at time zone 'utc')::date as made_on,
    s.score,
    b.minimum_score,
    broken.rules as broken_rules,
    s.score >= b.minimum_score and not broken.is_hard as is_passed
   from studio.asset_variants v
     join studio.generated_assets a on v.organization_id = a.organization_id and v.asset_id = a.asset_id
     join brand.brand_versions b on a.organization_id = b.organization_id and a.brand_id = b.brand_id
         and a.brand_version = b.version
     join studio.variant_scores s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
     cross join lateral ( select coalesce(array_agg(r.rule_name order by r.rule_name), '{}') as rules,
            coalesce(bool_or(k.severity = 'hard'), false) as is_hard
           from studio.compliance_results r
             join studio.compliance_rules k on r.rule_name = k.rule_name and r.rule_version = k.version
          where r.organization_id = v.organization_id and r.variant_id = v.variant_id and not r.is_passed) broken;
-- pipeline: select; reader: select

-- One row is how compliant the pictures of one brand are that were made on one day.
create view studio.brand_compliance_daily (
    organization_id,   -- text
    brand_id,          -- text
    made_on,           -- date: UTC day.
    variants,          -- bigint: Pictures that were made.
    passed,            -- bigint: Those that are what the brand wants.
    failed,            -- bigint: Those that are not.
    pass_rate,         -- numeric: Passed, as a share of those that were measured; NULL if none was.
    mean_score,        -- numeric
    lowest_score,      -- numeric
    common_violations  -- jsonb: The rules that most pictures break, with the number of pictures; five at most.
) with (security_invoker = true) as
select d.organization_id,
    d.brand_id,
    d.made_on,
    d.variants,
    d.passed,
    d.failed,
    d.passed::numeric / nullif(d.passed + d.failed, 0)::numeric as pass_rate,
    d.mean_score,
    d.lowest_score,
    v.common_violations
   from ( select o.organization_id,
            o.brand_id,
            o.made_on,
            count(*) as variants,
            count(*) filter (where o.is_passed) as passed,
            count(*) filter (where not o.is_passed) as failed,
            avg(o.score) as mean_score,
            min(o.score) as lowest_score
           from studio.variant_verdicts o
          group by o.organization_id, o.brand_id, o.made_on) d
     cross join lateral ( select coalesce(jsonb_object_agg(t.rule_name, t.variants), '{}') as common_violations
           from ( select u.rule_name,
                    count(*) as variants
                   from studio.variant_verdicts o
                     cross join lateral unnest(o.broken_rules) u(rule_name)
                  where o.organization_id = d.organization_id and o.brand_id = d.brand_id and o.made_on = d.made_on
                  group by u.rule_name
                  order by (count(*)) desc, u.rule_name
                 limit 5) t) v;
-- pipeline: select; reader: select

-- One row is one file of a brand that pictures of the studio were made with; a pattern, where it stands for a photo.
create view studio.brand_asset_pictures (
    organization_id,  -- text
    asset_id,         -- text
    visuals,          -- bigint: Visuals, each version of one by itself.
    pictures,         -- bigint: Their pictures, in all formats.
    last_made_at      -- timestamptz: When the last of them was made.
) with (security_invoker = true) as
select u.organization_id,
    u.asset_id,
    count(distinct u.visual_id) as visuals,
    count(v.variant_id) as pictures,
    max(v.created_at) as last_made_at
   from ( select a.organization_id,
            b.asset_id,
            a.asset_id as visual_id
           from brand.brand_version_assets b
             join studio.generated_assets a on b.organization_id = a.organization_id and b.brand_id = a.brand_id
                 and b.version = a.brand_version
        union all
         select a.organization_id,
            a.pattern_asset_id,
            a.asset_id
           from studio.generated_assets a
          where a.pattern_asset_id is not null) u
     join studio.asset_variants v on u.organization_id = v.organization_id and u.visual_id = v.asset_id
  group by u.organization_id, u.asset_id;
-- pipeline: select; reader: select

-- Rejects illegal steps of a brief, and changes of what it says once visuals are made; stops it before the decision.
create function studio.reject_illegal_step()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- A visual must not change after a decision on it.
create function studio.reject_change_of_visual()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'a visual never changes: a correction makes a new version'
        using errcode = 'integrity_constraint_violation', constraint = 'visuals_are_immutable';
end
$$;
-- execute: only its owner

-- Brings a brief to the state that its texts and their posts are in: review while one waits for a decision, rejected if
-- one is rejected, approved if all are, published if all are published.
create function studio.follow_texts(of_organization_id text, of_request_id text)
returns void language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Lets the brief of a text follow it.
create function studio.follow_text()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    perform studio.follow_texts(p.organization_id, p.request_id)
    from content.posts_core p
    where p.organization_id = new.organization_id and p.post_core_id = new.post_core_id and p.request_id is not null;
    return null;
end
$$;
-- execute: only its owner

-- Every three characters of a text in a row, in lower case, and every two of Chinese, Japanese and Korean: a text has a
-- part of it only if it has all parts of that. Empty for a text of fewer characters.
create function studio.parts_of_text(words text)
returns text[] language sql immutable parallel safe strict cost 1000 set search_path to 'pg_catalog', 'pg_temp'
as $$
select coalesce(array_agg(distinct p.part), '{}')
from (
    select
        l.letter,
        lead(l.letter, 1) over (order by l.place) as second,
        lead(l.letter, 2) over (order by l.place) as third
    from unnest(string_to_array(lower(words), null)) with ordinality as l (letter, place)
) as t
cross join lateral (
    values
    (t.letter || t.second || t.third),
    -- U+2E80: from there on, two characters are a word.
    (case when ascii(t.letter) >= 11904 and ascii(t.second) >= 11904 then t.letter || t.second end)
) as p (part)
where p.part is not null
$$;
-- pipeline: execute

-- A part of a query: the briefs of all organizations as r, by an index those that may have the words $4.
create function studio.request_candidates(with_words text)
returns text language sql immutable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
-- By itself, so that the parts of each brief are read from the index and never computed again.
select
    case when studio.parts_of_text(coalesce(with_words, '')) = '{}' then 'studio.content_requests as r'
        else '(select * from studio.content_requests as c'
            || ' where studio.parts_of_text(c.title || '' '' || c.brief) @> studio.parts_of_text($4) offset 0) as r'
    end
$$;
-- execute: only its owner

-- A part of a query: the conditions on r that find the briefs of the session's organization by what is not NULL, which
-- are $1 to $4.
create function studio.request_conditions(of_state studio.request_state, of_batch text, of_language text,
    with_words text)
returns text language sql immutable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
select
    ' where r.organization_id = nullif(current_setting(''app.organization_id'', true), '''')'
    || case when of_state is null then '' else ' and r.state = $1' end
    || case when of_batch is null then '' else ' and r.batch_name = $2' end
    || case when of_language is null then '' else ' and r.language = $3' end
    || case when with_words is null then ''
        else ' and position(lower($4) in lower(r.title || '' '' || r.brief)) > 0' end
$$;
-- execute: only its owner

-- The briefs of the session's organization, the newest first; NULL finds all. Runs as its owner, who may use indexes
-- that row-level security keeps readers from; it says the organization itself.
create function studio.found_requests(of_state studio.request_state, of_batch text, of_language text, with_words text,
    at_most integer, skipped integer)
returns table(request_id text) language plpgsql stable security definer set search_path to 'pg_catalog',
    'pg_temp' set enable_seqscan to 'off' set work_mem to '64MB'
as $$
declare
    everything constant text := studio.request_conditions(null, null, null, null);
    conditions constant text := studio.request_conditions(of_state, of_batch, of_language, with_words);
    newest constant text := ' order by r.created_at desc, r.request_id limit ';
    found text[];
begin
    if of_state is null and with_words is null then
        return query execute
            'select r.request_id from studio.content_requests as r' || conditions || newest || '$5 offset $6'
            using of_state, of_batch, of_language, with_words, at_most, skipped;
        return;
    end if;
    -- Under row-level security the planner does not know how frequent a state or a word is. What is frequent is found
    -- among the newest briefs, and everything else by its index, whose rows are then put in order.
    execute
        'select array(select r.request_id from (select r.* from studio.content_requests as r' || everything || newest
        || '2000) as r' || conditions || newest || '$5 offset $6)'
        into found using of_state, of_batch, of_language, with_words, at_most, skipped;
    if cardinality(found) = at_most then
        return query select unnest(found);
        return;
    end if;
    return query execute
        'select r.request_id from (select r.request_id, r.created_at from ' || studio.request_candidates(with_words)
        || conditions || ' offset 0) as r' || newest || '$5 offset $6'
        using of_state, of_batch, of_language, with_words, at_most, skipped;
end
$$;
-- reader: execute

-- How many briefs studio.found_requests finds.
create function studio.counted_requests(of_state studio.request_state, of_batch text, of_language text, with_words text)
returns bigint language plpgsql stable security definer set search_path to 'pg_catalog',
    'pg_temp' set enable_seqscan to 'off' set work_mem to '64MB'
as $$
declare
    counted bigint;
begin
    if of_state is null and with_words is null then
        -- Until the end of the function.
        perform set_config('enable_seqscan', 'on', true);
    end if;
    execute 'select count(*) from ' || studio.request_candidates(with_words)
        || studio.request_conditions(of_state, of_batch, of_language, with_words)
        into counted using of_state, of_batch, of_language, with_words;
    return counted;
end
$$;
-- reader: execute

-- Whether runs may make a brief at this moment: it waits for no person, and not for a later attempt. It is inlined, and
-- so uses the index of such briefs.
create function studio.is_to_be_made(r studio.content_requests, at_moment timestamptz)
returns boolean language sql immutable parallel safe
as $$ select r.state = 'pending' and r.stopped_before is null and r.next_attempt_at <= at_moment $$;
-- pipeline: execute

-- The channels of a brief, as in facebook/feed_post, by name.
create function studio.channels_of_request(of_organization_id text, of_request_id text)
returns text[] language sql stable parallel safe
as $$
select
    array(
        select c.platform || '/' || c.channel_type
        from studio.request_channels as c
        where c.organization_id = of_organization_id and c.request_id = of_request_id
        order by 1
    )
$$;
-- pipeline: execute; reader: execute

create sequence studio.request_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence studio.asset_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence studio.variant_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
