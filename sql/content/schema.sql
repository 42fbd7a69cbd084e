-- The schema of the room `content`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema content authorization syndication_owner;  -- pipeline: usage; reader: usage

-- What a post is about.
create type content.post_kind as enum (
    'product',       -- a product of the catalogue
    'blog_post',     -- a section of a document
    'announcement',  -- what a person wrote about
    'event'          -- an event, of which a person wrote
);

create type content.template_kind as enum ('feature', 'benefit', 'story');

-- What the variations of a post differ in.
create type content.variation_kind as enum (
    'content',   -- each variation is another text
    'hashtags',  -- the same text with other hashtags
    'timing'     -- the same text at another time
);

-- How far a text has come towards its approval.
create type content.content_state as enum (
    'generated',     -- complies with all hard rules, not decided yet
    'needs_review',  -- breaks a hard rule, or no approval rule covers it: a person decides
    'approved',      -- by a rule or a person, for the current hash
    'rejected',      -- by a person, with a reason
    'superseded'     -- replaced by a newer version of the same variation
);

create type content.decision as enum ('approved', 'rejected');

-- Whether an event takes place.
create type content.event_state as enum (
    'planned',   -- it takes place, or has
    'cancelled'  -- it does not, and nothing about it is published any more
);

-- One row is one template. Of those that fit a post, one for its category comes first, then one for its platform.
create table content.content_templates (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    template_id text not null default tenancy.public_id('tpl', nextval('content.template_id_sequence')),
                                                    -- Public id, such as tpl-0a1b2c3d.
    template_name text not null,                    -- A name for people, unique in the organization.
    template_kind content.template_kind not null,   -- What the text focuses on: feature, benefit or story.
    post_kind content.post_kind not null default 'product',
                                                    -- The kind of post that the template is for.
    platform text,                                  -- The only platform that the template is for; NULL for all
                                                    -- platforms.
    category_name text,                             -- The only product category that the template is for; NULL for all
                                                    -- products.
    is_active boolean not null default true,        -- Whether new texts may use the template.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, template_id),
    unique (organization_id, template_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform) references channels.platforms (platform) on update cascade,
    check (template_id ~ '^tpl-[0-9a-f]{8}$'),
    check (template_name <> '')
);
create index content_templates_platform on content.content_templates (platform);
create trigger content_templates_updated_at before update on content.content_templates
    for each row execute function tenancy.set_updated_at();
create trigger content_templates_audit after insert or delete or update on content.content_templates
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one template; the highest version is used. Versions are immutable: an edit adds a version.
create table content.content_template_versions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    template_id text not null,                      -- The template that this is a version of.
    version integer not null,                       -- Counts from 1 within the template.
    body text not null,                             -- Text with placeholders such as {product_name}; an unknown
                                                    -- placeholder is an error. A part in [square brackets] is left out
                                                    -- if one of its facts is unknown.
    call_to_action text,                            -- The sentence for {call_to_action}; NULL for the default sentence.
    reference_hash bytea,                           -- BLAKE2b-128 of body and call to action, as loaded from the
                                                    -- default templates; NULL for a user-maintained version, which no
                                                    -- default replaces.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, template_id, version),
    foreign key (organization_id, template_id) references content.content_templates (organization_id, template_id)
        on delete cascade,
    check (version > 0),
    check (body <> ''),
    check (call_to_action <> '')
);
create trigger content_template_versions_are_immutable before update on content.content_template_versions
    for each row execute function content.reject_change_of_text();
create trigger content_template_versions_audit after insert on content.content_template_versions for each row
    when (new.reference_hash is null) execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the product selected for one channel and day, with the factors that decided.
create table content.product_selections (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    selection_id text not null default tenancy.public_id('sel', nextval('content.selection_id_sequence')),
                                                    -- Public id, such as sel-0a1b2c3d.
    platform text not null,                         -- Platform of the channel that posts the product.
    channel_type text not null,                     -- Kind of publication on the platform, such as feed_post.
    selected_on date not null,                      -- UTC day that the product is selected for.
    product_id text not null,                       -- The selected product.
    category_id text,                               -- Top-level category whose turn it was; NULL for a product without
                                                    -- a category.
    template_id text not null,                      -- Template for the first text.
    template_version integer not null,              -- Version of the template.
    variations integer not null default 1,          -- Number of texts to write and compare, 1 to 5.
    variations_by content.variation_kind not null default 'content',
                                                    -- How the variations differ: content, hashtags or timing. Copied
                                                    -- from the channel's rule variations_by on selection.
    score numeric(7,6) not null,                    -- Weighted mean of the known factors, 0 to 1.
    factors jsonb not null,                         -- Object by factor name with weight and value; factors of weight 0
                                                    -- explain the choice.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, selection_id),
    constraint product_selections_organization_id_platform_channel_type_se_key unique (organization_id, platform,
        channel_type, selected_on),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id),
    constraint product_selections_organization_id_template_id_template_ve_fkey foreign key (organization_id,
        template_id, template_version)
        references content.content_template_versions (organization_id, template_id, version),
    check (selection_id ~ '^sel-[0-9a-f]{8}$'),
    check (variations >= 1 and variations <= 5),
    check (score >= 0::numeric and score <= 1::numeric),
    check (jsonb_typeof(factors) = 'object')
);
create index product_selections_product on content.product_selections (organization_id, product_id, selected_on);
create index product_selections_channel on content.product_selections (platform, channel_type);
create index product_selections_template on content.product_selections (organization_id, template_id, template_version);
create trigger product_selections_updated_at before update on content.product_selections
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row gives one channel a section of a document each day. A channel without a row gets only products.
create table content.section_channels (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    platform text not null,                         -- Platform of the channel that gets sections.
    channel_type text not null,                     -- Kind of publication on the platform, such as feed_post.
    starts_on date not null,                        -- First UTC day with a section.
    instead_of_products boolean not null default false,
                                                    -- Whether the channel gets no products from starts_on on, for a
                                                    -- channel with one post a day or the blog's own channel.
    is_active boolean not null default true,        -- Whether sections are selected for the channel.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, platform, channel_type),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade
);
create index section_channels_channel on content.section_channels (platform, channel_type);
create trigger section_channels_updated_at before update on content.section_channels
    for each row execute function tenancy.set_updated_at();
create trigger section_channels_audit after insert or delete or update on content.section_channels
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the section selected for one channel and day. A day without a row had no section left.
create table content.section_selections (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    section_selection_id text not null default tenancy.public_id('ssl',
        nextval('content.section_selection_id_sequence')),
                                                    -- Public id, such as ssl-0a1b2c3d.
    platform text not null,                         -- Platform of the channel that posts the section.
    channel_type text not null,                     -- Kind of publication on the platform, such as feed_post.
    selected_on date not null,                      -- UTC day that the section is selected for.
    section_id text not null,                       -- The selected section of a document.
    attempt integer not null default 1,             -- 1 for the first selection; higher if the platform rejected the
                                                    -- posts of earlier selections.
    sections_left integer not null,                 -- Number of other sections that the channel still had to get on
                                                    -- that day.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, section_selection_id),
    constraint section_selections_organization_id_platform_channel_type_se_key unique (organization_id, platform,
        channel_type, selected_on),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    foreign key (organization_id, section_id) references documents.source_sections (organization_id, section_id),
    check (section_selection_id ~ '^ssl-[0-9a-f]{8}$'),
    check (attempt > 0),
    check (sections_left >= 0)
);
create index section_selections_section on content.section_selections (organization_id, section_id);
create index section_selections_channel on content.section_selections (platform, channel_type);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one post that we write for one channel and day; its texts are in content.posts_content.
create table content.posts_core (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_core_id text not null default tenancy.public_id('pco', nextval('content.post_core_id_sequence')),
                                                    -- Public id, such as pco-0a1b2c3d.
    post_kind content.post_kind not null,           -- What the post is about: product needs product_id, blog_post needs
                                                    -- section_id, event needs event_id, announcement needs none of
                                                    -- them.
    platform text not null,                         -- Platform of the channel that the post is for.
    channel_type text not null,                     -- Kind of publication on the platform, such as feed_post.
    planned_on date not null,                       -- UTC day that the post is for.
    selection_id text,                              -- Product selection that led to the post; NULL for other posts.
    section_selection_id text,                      -- Section selection that led to the post; NULL for other posts.
    product_id text,                                -- Product that the post is about; NULL unless post_kind is product.
    section_id text,                                -- Section that the post is about; NULL unless post_kind is
                                                    -- blog_post.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    publish_at timestamptz,                         -- When an announcement or a text about an event is to be published;
                                                    -- NULL for the next free slot, and for other posts.
    request_id text,                                -- The brief that led to the post; NULL for other posts.
    event_id text,                                  -- Event that the post is about; NULL unless post_kind is event.

    primary key (organization_id, post_core_id),
    unique (organization_id, selection_id),
    unique (organization_id, section_selection_id),
    constraint posts_core_request_once unique (organization_id, request_id, platform, channel_type),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    foreign key (organization_id, selection_id) references content.product_selections (organization_id, selection_id),
    foreign key (organization_id, section_selection_id)
        references content.section_selections (organization_id, section_selection_id),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id),
    foreign key (organization_id, section_id) references documents.source_sections (organization_id, section_id),
    constraint posts_core_request foreign key (organization_id, request_id)
        references studio.content_requests (organization_id, request_id),
    constraint posts_core_event foreign key (organization_id, event_id)
        references content.events (organization_id, event_id),
    check (post_core_id ~ '^pco-[0-9a-f]{8}$'),
    check ((post_kind = 'product') = (product_id is not null)),
    check ((post_kind = 'blog_post') = (section_id is not null)),
    constraint posts_core_publish_at check (publish_at is null or num_nonnulls(product_id, section_id) = 0),
    constraint posts_core_event_is_known check ((post_kind::text = 'event') = (event_id is not null))
);
create index posts_core_channel on content.posts_core (platform, channel_type);
create index posts_core_product on content.posts_core (organization_id, product_id) where product_id is not null;
create index posts_core_section on content.posts_core (organization_id, section_id, platform, channel_type)
    where section_id is not null;
create index posts_core_planned_on on content.posts_core (organization_id, planned_on);
create index posts_core_event_of_post on content.posts_core (organization_id, event_id) where event_id is not null;
create trigger posts_core_updated_at before update on content.posts_core
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of one variation of a post's text. Texts are immutable: an edit adds a version.
create table content.posts_content (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    content_id text not null default tenancy.public_id('cnt', nextval('content.content_id_sequence')),
                                                    -- Public id, such as cnt-0a1b2c3d.
    post_core_id text not null,                     -- The post that the text is for.
    variation integer not null default 1,           -- Number of the text among those that are compared, from 1.
    version integer not null default 1,             -- Counts from 1 within the variation; the highest version is the
                                                    -- current one.
    state content.content_state not null default 'generated',
                                                    -- State of the text: generated, needs_review, approved, rejected or
                                                    -- superseded.
    text_content text not null,                     -- Complete text as published, including hashtags and link.
    hashtags text[] not null default '{}',          -- Hashtags of the text, without #.
    call_to_action text,                            -- Sentence of the text that invites the reader to act; NULL if
                                                    -- there is none.
    alt_text text,                                  -- Alternative text of the picture; NULL if there is none.
    link_url text,                                  -- Page of the product or section, also on channels whose texts
                                                    -- contain no link; NULL if unknown.
    image_url text,                                 -- Picture that is published with the text; NULL if there is none.
    language text not null default 'en',            -- Language of the text, ISO 639-1 code.
    stated_amounts numeric[] not null default '{}',
                                                    -- Prices and other numbers that the text or its alternative text
                                                    -- states in digits, as the checks of prices read them.
    generator text not null,                        -- Author of the text: template (filled with facts), llm (a language
                                                    -- model) or person (an editor). A variation by hashtags or timing
                                                    -- reuses variation 1 and has its generator, model and attempts.
    model text,                                     -- Name of the language model; NULL for other generators.
    template_id text,                               -- Template that the text was filled from, or the model's example;
                                                    -- NULL without a template.
    template_version integer,                       -- Version of the template; NULL without a template.
    attempts integer not null default 1,            -- Number of attempts of the generator until the text was stored.
    product_version bytea,                          -- Version of the product that the text was written from:
                                                    -- content_hash of an observation. NULL if it had none, and for a
                                                    -- section.
    seen_prices numeric(12,2)[] not null default '{}',
                                                    -- Prices that its author was given: the product's, or the lowest
                                                    -- and the highest on its page. A text that states one of them is
                                                    -- only sent while the newest accepted catalogue has it.
    seen_currency text,                             -- ISO 4217 code of seen_prices; NULL without a price.
    content_hash bytea not null,                    -- BLAKE2b-128 of text, link, picture and alternative text;
                                                    -- approvals are bound to it.
    created_by text,                                -- Name of the editor; NULL for texts without an editor.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When its state changed.
    picture_file_id text,                           -- Picture of ours that is published with the text; NULL if there is
                                                    -- none, or it is at image_url.
    prompt_version integer,                         -- Version of the question that the model answered; NULL for other
                                                    -- generators, and for words of another text.

    primary key (organization_id, content_id),
    constraint posts_content_organization_id_post_core_id_variation_versio_key unique (organization_id, post_core_id,
        variation, version),
    foreign key (organization_id, post_core_id) references content.posts_core (organization_id, post_core_id)
        on delete cascade,
    foreign key (organization_id, template_id, template_version)
        references content.content_template_versions (organization_id, template_id, version),
    constraint posts_content_picture foreign key (organization_id, picture_file_id)
        references media.media_files (organization_id, media_file_id),
    check (content_id ~ '^cnt-[0-9a-f]{8}$'),
    check (variation >= 1 and variation <= 5),
    check (version > 0),
    check (generator in ('template', 'llm', 'person')),
    check (attempts > 0),
    check (num_nonnulls(template_id, template_version) <> 1),
    check ((generator = 'llm') = (model is not null)),
    check ((generator = 'person') = (created_by is not null)),
    check (seen_prices = '{}' or seen_currency is not null),
    constraint posts_content_one_picture check (num_nonnulls(image_url, picture_file_id) < 2),
    check (prompt_version > 0),
    check (prompt_version is null or generator = 'llm')
);
create index posts_content_template on content.posts_content (organization_id, template_id, template_version);
create index posts_content_undecided on content.posts_content (organization_id)
    where state in ('generated', 'needs_review');
create index posts_content_approved on content.posts_content (organization_id) where state = 'approved';
create index posts_content_picture_file on content.posts_content (organization_id, picture_file_id)
    where picture_file_id is not null;
create trigger posts_content_updated_at before update on content.posts_content
    for each row execute function tenancy.set_updated_at();
create trigger posts_content_written_audit after insert on content.posts_content for each row
    when (new.generator = 'person') execute function tenancy.write_audit_log();
create trigger posts_content_audit after delete or update on content.posts_content
    for each row execute function tenancy.write_audit_log();
create trigger posts_content_is_immutable before update of text_content, hashtags, call_to_action, alt_text, link_url,
    image_url, picture_file_id, content_hash, post_core_id, variation, version, generator, model, template_id,
    template_version, product_version, seen_prices, seen_currency on content.posts_content
    for each row execute function content.reject_change_of_text();
create trigger posts_content_brief after insert or update of state on content.posts_content for each row
    when (new.picture_file_id is not null) execute function studio.follow_text();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the result of checking one text against one rule.
create table content.compliance_checks (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    content_id text not null,                       -- The checked text.
    rule_name text not null,                        -- A requirement key of the channel, or the name of a rule for all
                                                    -- channels.
    severity channels.severity not null,            -- A broken hard rule prevents approval; a broken soft rule is only
                                                    -- shown.
    is_passed boolean not null,                     -- Whether the text complies with the rule.
    reason text,                                    -- What is wrong, as a sentence for the writer; NULL if the text
                                                    -- complies.
    checked_at timestamptz not null default now(),  -- When the text was last checked against the rule.

    primary key (organization_id, content_id, rule_name),
    foreign key (organization_id, content_id) references content.posts_content (organization_id, content_id)
        on delete cascade,
    check (rule_name <> ''),
    check (is_passed or reason is not null)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one decision on one text. It applies to that hash only: an edited text needs a new decision.
create table content.approvals (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    approval_id text not null default tenancy.public_id('apr', nextval('content.approval_id_sequence')),
                                                    -- Public id, such as apr-0a1b2c3d.
    content_id text not null,                       -- The text that was decided on.
    content_hash bytea not null,                    -- Hash of the text at the time of the decision.
    decision content.decision not null,             -- approved or rejected.
    decided_by text not null,                       -- Name of the person, or platform/channel_type of the approval
                                                    -- rule.
    is_by_rule boolean not null default false,      -- Whether an approval rule decided, not a person.
    reason text,                                    -- Reason for the decision; required for a rejection, NULL for an
                                                    -- approval without one.
    decided_at timestamptz not null default now(),  -- Time of the decision.

    primary key (organization_id, approval_id),
    unique (organization_id, content_id, decision),
    foreign key (organization_id, content_id) references content.posts_content (organization_id, content_id)
        on delete cascade,
    check (approval_id ~ '^apr-[0-9a-f]{8}$'),
    check (decided_by <> ''),
    check (decision = 'approved' or reason is not null)
);
create trigger approvals_audit after insert or delete or update on content.approvals
    for each row execute function tenancy.write_audit_log();
create trigger approvals_webhooks after insert on content.approvals for each row
    when (new.decision = 'approved') execute function content.tell_of_approval();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row lets texts of one channel be approved automatically if they comply with all hard rules. Without a row, people
-- decide.
create table content.approval_rules (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    platform text not null,                         -- Platform of the channel that the rule is for.
    channel_type text not null,                     -- Kind of publication on the platform, such as feed_post.
    minimum_score numeric(7,6) not null default 0,  -- Lowest score of the selection that is approved, 0 to 1; a post
                                                    -- without a score counts as 0.
    generators text[] not null default '{template}',
                                                    -- Generators whose texts are approved: template, llm, person.
    is_active boolean not null default true,        -- Whether the rule approves texts.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, platform, channel_type),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (minimum_score >= 0::numeric and minimum_score <= 1::numeric)
);
create index approval_rules_channel on content.approval_rules (platform, channel_type);
create trigger approval_rules_updated_at before update on content.approval_rules
    for each row execute function tenancy.set_updated_at();
create trigger approval_rules_audit after insert or delete or update on content.approval_rules
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row says what an organization does when its texts cannot be written. Without a row, they wait.
create table content.writing_rules (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    when_model_is_down text not null default 'wait',
                                                    -- What happens to a text while the language model gives no answer,
                                                    -- or its account is rejected or exhausted: wait for it, or let a
                                                    -- template write. A budget that is used up is no such case.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (when_model_is_down in ('wait', 'template'))
);
create trigger writing_rules_updated_at before update on content.writing_rules
    for each row execute function tenancy.set_updated_at();
create trigger writing_rules_audit after insert or delete or update on content.writing_rules
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one event that posts may be about, as in content.posts_core. User-maintained.
create table content.events (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    event_id text not null default tenancy.public_id('evn', nextval('content.event_id_sequence')),
                                                    -- Public id, such as evt-0a1b2c3d.
    event_name text not null,                       -- Name in commands, unique within the organization.
    title text not null,                            -- What people call it.
    starts_at timestamptz not null,                 -- When it starts.
    ends_at timestamptz not null,                   -- When it ends: nothing about it is published from then on.
    time_zone text not null,                        -- IANA name of the zone in which people read its times, such as
                                                    -- Europe/London.
    place text,                                     -- Where it takes place; NULL if that is not said.
    url text,                                       -- Its page; NULL if it has none.
    state content.event_state not null default 'planned',
                                                    -- planned, or cancelled: nothing about it is published then.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, event_id),
    unique (organization_id, event_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (event_id ~ '^evn-[0-9a-f]{8}$'),
    check (event_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (title <> ''),
    check (time_zone <> ''),
    check (place <> ''),
    check (url ~ '^https://[^[:space:]]+$'),
    constraint events_end_after_they_start check (ends_at > starts_at)
);
create trigger events_updated_at before update on content.events for each row execute function tenancy.set_updated_at();
create trigger events_audit after insert or delete or update on content.events
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one variation of a post's text with the latest numbers of its published targets. A text that was both sent
-- and simulated has two rows: simulated and measured results are never mixed.
create view content.variation_results (
    organization_id,    -- text
    post_core_id,       -- text: The post whose variations are compared.
    variation,          -- integer: Variation number within the post, from 1.
    variations_by,      -- content.variation_kind: What the variations of the post differ in: content, hashtags or
                        -- timing (see published_at).
    platform,           -- text: Platform of the channel.
    channel_type,       -- text: Kind of publication of the channel.
    content_id,         -- text: The text: its published version, or the newest if none was published.
    is_simulated,       -- boolean: TRUE if nothing was sent: the numbers are NULL. NULL while nothing is published.
    targets_published,  -- integer: Number of accounts on which it is published.
    targets_measured,   -- integer: Number of published targets whose post has been measured.
    published_at,       -- timestamptz: When the first of its targets was published; NULL while none is.
    measured_at,        -- timestamptz: Latest measurement of any of its targets; NULL if none was measured. Compare
                        -- texts of equal age.
    reactions,          -- bigint: Likes and other reactions: sum of the latest values of its measured targets; NULL if
                        -- none was measured.
    comments,           -- bigint: Comments; as reactions.
    shares,             -- bigint: Reposts, retweets, reblogs; as reactions.
    saves,              -- bigint: Saves and bookmarks; as reactions.
    clicks,             -- bigint: Clicks (not public); as reactions.
    views,              -- bigint: Plays and views; as reactions.
    impressions,        -- bigint: Times it was shown; as reactions.
    reach               -- bigint: People who saw it, latest value; never summed, so NULL if none or more than one
                        -- target was measured.
) with (security_invoker = true) as
select p.organization_id,
    p.post_core_id,
    c.variation,
    coalesce(selection.variations_by, 'content') as variations_by,
    p.platform,
    p.channel_type,
    c.content_id,
    r.is_simulated,
    coalesce(r.targets_published, 0) as targets_published,
    coalesce(r.targets_measured, 0) as targets_measured,
    r.published_at,
    r.measured_at,
    r.reactions,
    r.comments,
    r.shares,
    r.saves,
    r.clicks,
    r.views,
    r.impressions,
    r.reach
   from content.posts_core p
     join content.posts_content c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
     left join content.product_selections selection on p.organization_id = selection.organization_id
         and p.selection_id = selection.selection_id
     left join ( select t.organization_id,
            t.post_core_id,
            t.content_id,
            t.is_simulated,
            count(*)::integer as targets_published,
            count(m.measured_at)::integer as targets_measured,
            min(t.published_at) as published_at,
            max(m.measured_at) as measured_at,
            sum(m.reactions)::bigint as reactions,
            sum(m.comments)::bigint as comments,
            sum(m.shares)::bigint as shares,
            sum(m.saves)::bigint as saves,
            sum(m.clicks)::bigint as clicks,
            sum(m.views)::bigint as views,
            sum(m.impressions)::bigint as impressions,
                case
                    when count(m.measured_at) = 1 then max(m.reach)
                    else null
                end as reach
           from publishing.post_targets t
             left join scraping.posts s on t.organization_id = s.organization_id and t.platform = s.platform
                 and t.platform_post_id = s.urn and not t.is_simulated
             left join lateral ( select max(e.last_observed_at) as measured_at,
                    engagement.last_known(e.reactions order by e.activity_date) as reactions,
                    engagement.last_known(e.comments order by e.activity_date) as comments,
                    engagement.last_known(e.shares order by e.activity_date) as shares,
                    engagement.last_known(e.saves order by e.activity_date) as saves,
                    engagement.last_known(e.clicks order by e.activity_date) as clicks,
                    engagement.last_known(e.views order by e.activity_date) as views,
                    engagement.last_known(e.impressions order by e.activity_date) as impressions,
                    engagement.last_known(e.reach order by e.activity_date) as reach
                   from engagement.post_engagement_daily e
                  where e.organization_id = s.organization_id and e.post_id = s.post_id) m on true
          where t.state = 'published'
          group by t.organization_id, t.post_core_id, t.content_id, t.is_simulated) r
              on p.organization_id = r.organization_id and p.post_core_id = r.post_core_id
              and c.content_id = r.content_id
  where r.targets_published > 0 or not (exists ( select
           from content.posts_content other
             left join publishing.post_targets t on other.organization_id = t.organization_id
                 and other.content_id = t.content_id and t.state = 'published'
          where other.organization_id = c.organization_id and other.post_core_id = c.post_core_id
              and other.variation = c.variation and (other.version > c.version or t.target_id is not null)));
-- pipeline: select; reader: select

-- One row is what the texts of one post have cost in one currency, rejected answers and all variations included.
create view content.post_costs (
    organization_id,  -- text
    post_core_id,     -- text
    currency,         -- text: ISO 4217 code of the costs; XXX, the code for no currency, for calls without a price.
    calls,            -- bigint: Requests to language models.
    input_tokens,     -- numeric: Input tokens; NULL if not reported.
    output_tokens,    -- numeric: Output tokens; NULL if not reported.
    cost,             -- numeric: Known cost; NULL if no cost is known.
    expected_cost     -- numeric: Reserved cost of requests whose cost is unknown; NULL if there are none.
) with (security_invoker = true) as
select l.organization_id,
    l.post_core_id,
    coalesce(u.currency, 'XXX') as currency,
    count(*) as calls,
    sum(u.input_tokens) as input_tokens,
    sum(u.output_tokens) as output_tokens,
    sum(u.cost) as cost,
    sum(u.expected_cost) as expected_cost
   from ai.llm_calls l
     join operations.api_usage u on l.organization_id = u.organization_id and l.usage_id = u.usage_id
  where l.post_core_id is not null
  group by l.organization_id, l.post_core_id, (coalesce(u.currency, 'XXX'));
-- pipeline: select; reader: select

-- One row is the post of one channel of a brief, with the newest version of its text and the picture that it shows.
create view content.brief_posts (
    organization_id,  -- text
    request_id,       -- text
    platform,         -- text
    channel_type,     -- text
    post_core_id,     -- text
    planned_on,       -- date
    content_id,       -- text
    version,          -- integer
    state,            -- content.content_state
    language,         -- text
    picture_file_id,  -- text
    content_hash      -- bytea
) with (security_invoker = true) as
select distinct on (p.organization_id, p.post_core_id) p.organization_id,
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
   from content.posts_core p
     join content.posts_content c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
  where p.request_id is not null
  order by p.organization_id, p.post_core_id, c.version desc;
-- pipeline: select; reader: select

-- The version of a post's product that is known at the end of a day: content_hash of its observation. NULL if the
-- catalogue did not have it.
create function content.product_version(of_organization_id text, of_post_core_id text, known_on date)
returns bytea language sql stable parallel safe
return (select o.content_hash from (content.posts_core p join catalogue.product_observations o
    on (((p.organization_id = o.organization_id) and (p.product_id = o.product_id))))
    where ((p.organization_id = product_version.of_organization_id)
    and (p.post_core_id = product_version.of_post_core_id) and (o.observed_at < (((product_version.known_on +
    1))::timestamp without time zone at time zone 'utc'))) order by o.observed_at desc limit 1);
-- pipeline: execute; reader: execute

-- One row is one missing text: a variation of a post planned from first_day until before end_day without a version, in
-- a channel that the organization can publish in.
create function content.unwritten_texts(first_day date, end_day date)
returns table(organization_id text, post_core_id text, platform text, channel_type text, planned_on date,
    variation integer, variations_by text, post_kind text, template_id text,
    template_version integer) language sql stable parallel safe
as $$
select
    p.organization_id,
    p.post_core_id,
    p.platform,
    p.channel_type,
    p.planned_on,
    v.variation,
    coalesce(s.variations_by, 'content')::text,
    p.post_kind::text,
    s.template_id,
    s.template_version
from content.posts_core as p
left join content.product_selections as s
    on p.organization_id = s.organization_id and p.selection_id = s.selection_id
cross join lateral generate_series(1, coalesce(s.variations, 1)) as v (variation)
where
    p.planned_on >= first_day
    and p.planned_on < end_day
    and channels.is_publishable(p.organization_id, p.platform, p.channel_type)
    and not exists (
        select
        from content.posts_content as c
        where
            c.organization_id = p.organization_id
            and c.post_core_id = p.post_core_id
            and c.variation = v.variation
    )
$$;
-- pipeline: execute; reader: execute

-- A text must not change after a decision on it, nor a template version after texts were written from it.
create function content.reject_change_of_text()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'texts and template versions never change: write a new version'
        using errcode = 'integrity_constraint_violation', constraint = 'posts_content_is_immutable';
end
$$;
-- execute: only its owner

-- Tells webhooks of an approved text.
create function content.tell_of_approval()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    perform operations.tell_webhooks(
        new.organization_id,
        'approved',
        (
            select jsonb_build_object(
                'content_id', c.content_id, 'post_core_id', p.post_core_id, 'kind', p.post_kind,
                'platform', p.platform, 'channel', p.channel_type, 'planned_on', p.planned_on,
                'is_by_rule', new.is_by_rule
            )
            from content.posts_content c
            join content.posts_core p using (organization_id, post_core_id)
            where c.organization_id = new.organization_id and c.content_id = new.content_id
        )
    );
    return null;
end
$$;
-- execute: only its owner

-- Everybody who wrote or edited a version of a variation of a post.
create function content.authors_of(of_organization_id text, of_post_core_id text, of_variation integer)
returns text[] language sql stable parallel safe
return (select coalesce(array_agg(distinct c.created_by), '{}') as "coalesce" from content.posts_content c
    where ((c.organization_id = authors_of.of_organization_id) and (c.post_core_id = authors_of.of_post_core_id)
    and (c.variation = authors_of.of_variation) and (c.created_by is not null)));
-- pipeline: execute; reader: execute

-- Writes the approval or rejection of a text, and its state, when its round ends. A text that breaks a hard rule, or is
-- not the one that was decided on, is not approved.
create function content.follow_round()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    broken text;
    last_decision approval.decisions;
begin
    if new.state = 'superseded' then
        return null;
    end if;
    select d.* into last_decision
    from approval.decisions d
    where d.organization_id = new.organization_id and d.round_id = new.round_id and d.decision::text = new.state::text
    order by d.is_withdrawal desc, d.step_order desc, d.decided_at desc, d.decision_id
    limit 1;
    if new.state = 'approved' then
        if not exists (
            select from content.posts_content c
            where
                c.organization_id = new.organization_id
                and c.content_id = new.subject_id
                and c.content_hash = new.content_hash
        ) then
            raise exception '% is not the text that was decided on: decide on its newest version', new.subject_id
                using errcode = 'integrity_constraint_violation', constraint = 'approvals_are_of_the_text';
        end if;
        select string_agg(k.rule_name || ': ' || k.reason, '; ' order by k.rule_name) into broken
        from content.compliance_checks k
        where
            k.organization_id = new.organization_id
            and k.content_id = new.subject_id
            and k.severity = 'hard'
            and not k.is_passed;
        if broken is not null then
            raise exception '% breaks hard rules: %. Edit it first', new.subject_id, broken
                using errcode = 'integrity_constraint_violation', constraint = 'approved_texts_break_no_hard_rule';
        end if;
    else
        -- The audit log keeps the withdrawn approval.
        delete from content.approvals
        where organization_id = new.organization_id and content_id = new.subject_id and decision = 'approved';
    end if;
    insert into content.approvals (
        organization_id, content_id, content_hash, decision, decided_by, is_by_rule, reason, decided_at
    ) values (
        new.organization_id, new.subject_id, new.content_hash, new.state::text::content.decision,
        last_decision.decided_by, last_decision.is_by_rule, last_decision.reason, last_decision.decided_at
    )
    on conflict (organization_id, content_id, decision) do nothing;
    update content.posts_content
    set state = new.state::text::content.content_state
    where organization_id = new.organization_id and content_id = new.subject_id;
    return null;
end
$$;
-- execute: only its owner

-- The facts of an event in a line, for people who decide on a text about it.
create function content.event_line(event content.events)
returns text language sql stable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
    select concat_ws(
        ', ',
        event.title,
        to_char(event.starts_at at time zone event.time_zone, 'FMDay DD Mon YYYY HH24:MI') || ' to '
        || to_char(event.ends_at at time zone event.time_zone, 'DD Mon YYYY HH24:MI') || ' ' || event.time_zone,
        event.place,
        event.state
    )
$$;
-- pipeline: execute; reader: execute

-- What a text about an event may claim: its title, its place, and its days and times as people write them.
create function content.event_statements(event content.events)
returns text[] language sql stable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
    select array_remove(
        array[event.title, event.place]
        || array(
            select to_char(moment at time zone event.time_zone, form)
            from unnest(array[event.starts_at, event.ends_at]) as moment
            cross join unnest(
                array['FMDay, FMDD FMMonth YYYY', 'DD.MM.YYYY', 'YYYY-MM-DD', 'HH24:MI', 'FMHH12:MI am', 'FMHH12 am']
            ) as form
        ),
        null
    )
$$;
-- pipeline: execute; reader: execute

create sequence content.template_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.selection_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.section_selection_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.post_core_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.content_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.approval_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence content.event_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
