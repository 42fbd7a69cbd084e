-- Content: what each channel posts about on a day, the texts of these posts, the results of the rules, and the
-- decisions on the texts.

create schema content authorization syndication_owner;

set local role syndication_owner;

grant usage on schema content to syndication_pipeline, syndication_reader;

create sequence content.template_id_sequence as bigint maxvalue 4294967295;
create sequence content.selection_id_sequence as bigint maxvalue 4294967295;
create sequence content.section_selection_id_sequence as bigint maxvalue 4294967295;
create sequence content.post_core_id_sequence as bigint maxvalue 4294967295;
create sequence content.content_id_sequence as bigint maxvalue 4294967295;
create sequence content.approval_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema content to syndication_pipeline;

create type content.post_kind as enum ('product', 'blog_post');

create type content.template_kind as enum ('feature', 'benefit', 'story');

create table content.content_templates (
    organization_id text not null references tenancy.organizations on delete cascade,
    template_id text not null default tenancy.public_id('tpl', nextval('content.template_id_sequence'))
        check (template_id ~ '^tpl-[0-9a-f]{8}$'),
    template_name text not null check (template_name <> ''),
    template_kind content.template_kind not null,
    post_kind content.post_kind not null default 'product',
    platform text references channels.platforms on update cascade,
    category_name text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, template_id),
    unique (organization_id, template_name)
);

create index content_templates_platform on content.content_templates (platform);

comment on table content.content_templates is
'One row is one template. Of those that fit a post, one for its category comes first, then one for its platform.';
comment on column content.content_templates.template_id is 'Public id, such as tpl-0a1b2c3d.';
comment on column content.content_templates.template_name is 'A name for people, unique in the organization.';
comment on column content.content_templates.template_kind is 'What the text focuses on: feature, benefit or story.';
comment on column content.content_templates.post_kind is 'The kind of post that the template is for.';
comment on column content.content_templates.platform is
'The only platform that the template is for; NULL for all platforms.';
comment on column content.content_templates.category_name is
'The only product category that the template is for; NULL for all products.';
comment on column content.content_templates.is_active is 'Whether new texts may use the template.';

create table content.content_template_versions (
    organization_id text not null,
    template_id text not null,
    version integer not null check (version > 0),
    body text not null check (body <> ''),
    call_to_action text check (call_to_action <> ''),
    reference_hash bytea,
    created_at timestamptz not null default now(),
    primary key (organization_id, template_id, version),
    foreign key (organization_id, template_id) references content.content_templates on delete cascade
);

comment on table content.content_template_versions is
'One row is one version of one template; the highest version is used. Versions are immutable: an edit adds a version.';
comment on column content.content_template_versions.template_id is 'The template that this is a version of.';
comment on column content.content_template_versions.version is 'Counts from 1 within the template.';
comment on column content.content_template_versions.body is
'Text with placeholders such as {product_name}; an unknown placeholder is an error. A part in [square brackets] is '
'left out if one of its facts is unknown.';
comment on column content.content_template_versions.call_to_action is
'The sentence for {call_to_action}; NULL for the default sentence.';
comment on column content.content_template_versions.reference_hash is
'BLAKE2b-128 of body and call to action, as loaded from the default templates; NULL for a user-maintained version, '
'which no default replaces.';

create type content.variation_kind as enum ('content', 'hashtags', 'timing');
comment on type content.variation_kind is
'What the variations of a post differ in.
content: each variation is another text
hashtags: the same text with other hashtags
timing: the same text at another time';

create table content.product_selections (
    organization_id text not null,
    selection_id text not null default tenancy.public_id('sel', nextval('content.selection_id_sequence'))
        check (selection_id ~ '^sel-[0-9a-f]{8}$'),
    platform text not null,
    channel_type text not null,
    selected_on date not null,
    product_id text not null,
    category_id text,
    template_id text not null,
    template_version integer not null,
    variations integer not null default 1 check (variations between 1 and 5),
    variations_by content.variation_kind not null default 'content',
    score numeric(7, 6) not null check (score between 0 and 1),
    factors jsonb not null check (jsonb_typeof(factors) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, selection_id),
    unique (organization_id, platform, channel_type, selected_on),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    foreign key (organization_id, product_id) references catalogue.products,
    foreign key (organization_id, template_id, template_version) references content.content_template_versions
);

comment on table content.product_selections is
'One row is the product selected for one channel and day, with the factors that decided.';
comment on column content.product_selections.selection_id is 'Public id, such as sel-0a1b2c3d.';
comment on column content.product_selections.platform is 'Platform of the channel that posts the product.';
comment on column content.product_selections.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column content.product_selections.selected_on is 'UTC day that the product is selected for.';
comment on column content.product_selections.product_id is 'The selected product.';
comment on column content.product_selections.category_id is
'Top-level category whose turn it was; NULL for a product without a category.';
comment on column content.product_selections.template_id is 'Template for the first text.';
comment on column content.product_selections.template_version is 'Version of the template.';
comment on column content.product_selections.variations is 'Number of texts to write and compare, 1 to 5.';
comment on column content.product_selections.variations_by is
'How the variations differ: content, hashtags or timing. Copied from the channel''s rule variations_by on selection.';
comment on column content.product_selections.score is 'Weighted mean of the known factors, 0 to 1.';
comment on column content.product_selections.factors is
'Object by factor name with weight and value; factors of weight 0 explain the choice.';

create index product_selections_product on content.product_selections (organization_id, product_id, selected_on);
create index product_selections_channel on content.product_selections (platform, channel_type);
create index product_selections_template on content.product_selections (
    organization_id, template_id, template_version
);

create table content.section_channels (
    organization_id text not null references tenancy.organizations on delete cascade,
    platform text not null,
    channel_type text not null,
    starts_on date not null,
    instead_of_products boolean not null default false,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, channel_type),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

create index section_channels_channel on content.section_channels (platform, channel_type);

comment on table content.section_channels is
'One row gives one channel a section of a document each day. A channel without a row gets only products.';
comment on column content.section_channels.platform is 'Platform of the channel that gets sections.';
comment on column content.section_channels.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column content.section_channels.starts_on is 'First UTC day with a section.';
comment on column content.section_channels.instead_of_products is
'Whether the channel gets no products from starts_on on, for a channel with one post a day or the blog''s own channel.';
comment on column content.section_channels.is_active is 'Whether sections are selected for the channel.';

create table content.section_selections (
    organization_id text not null,
    section_selection_id text not null
        default tenancy.public_id('ssl', nextval('content.section_selection_id_sequence'))
        check (section_selection_id ~ '^ssl-[0-9a-f]{8}$'),
    platform text not null,
    channel_type text not null,
    selected_on date not null,
    section_id text not null,
    attempt integer not null default 1 check (attempt > 0),
    sections_left integer not null check (sections_left >= 0),
    created_at timestamptz not null default now(),
    primary key (organization_id, section_selection_id),
    unique (organization_id, platform, channel_type, selected_on),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    foreign key (organization_id, section_id) references documents.source_sections
);

comment on table content.section_selections is
'One row is the section selected for one channel and day. A day without a row had no section left.';
comment on column content.section_selections.section_selection_id is 'Public id, such as ssl-0a1b2c3d.';
comment on column content.section_selections.platform is 'Platform of the channel that posts the section.';
comment on column content.section_selections.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column content.section_selections.selected_on is 'UTC day that the section is selected for.';
comment on column content.section_selections.section_id is 'The selected section of a document.';
comment on column content.section_selections.attempt is
'1 for the first selection; higher if the platform rejected the posts of earlier selections.';
comment on column content.section_selections.sections_left is
'Number of other sections that the channel still had to get on that day.';

create index section_selections_section on content.section_selections (organization_id, section_id);
create index section_selections_channel on content.section_selections (platform, channel_type);

create table content.posts_core (
    organization_id text not null references tenancy.organizations on delete cascade,
    post_core_id text not null default tenancy.public_id('pco', nextval('content.post_core_id_sequence'))
        check (post_core_id ~ '^pco-[0-9a-f]{8}$'),
    post_kind content.post_kind not null,
    platform text not null,
    channel_type text not null,
    planned_on date not null,
    selection_id text,
    section_selection_id text,
    product_id text,
    section_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_core_id),
    unique (organization_id, selection_id),
    unique (organization_id, section_selection_id),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    foreign key (organization_id, selection_id) references content.product_selections,
    foreign key (organization_id, section_selection_id) references content.section_selections,
    foreign key (organization_id, product_id) references catalogue.products,
    foreign key (organization_id, section_id) references documents.source_sections,
    check ((post_kind = 'product') = (product_id is not null)),
    check ((post_kind = 'blog_post') = (section_id is not null))
);

create index posts_core_channel on content.posts_core (platform, channel_type);
create index posts_core_product on content.posts_core (organization_id, product_id) where product_id is not null;

comment on table content.posts_core is
'One row is one post that we write for one channel and day; its texts are in content.posts_content.';
comment on column content.posts_core.post_core_id is 'Public id, such as pco-0a1b2c3d.';
comment on column content.posts_core.post_kind is
'What the post is about: product needs product_id, blog_post needs section_id.';
comment on column content.posts_core.platform is 'Platform of the channel that the post is for.';
comment on column content.posts_core.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column content.posts_core.planned_on is 'UTC day that the post is for.';
comment on column content.posts_core.selection_id is 'Product selection that led to the post; NULL for other posts.';
comment on column content.posts_core.section_selection_id is
'Section selection that led to the post; NULL for other posts.';
comment on column content.posts_core.product_id is 'Product that the post is about; NULL unless post_kind is product.';
comment on column content.posts_core.section_id is
'Section that the post is about; NULL unless post_kind is blog_post.';

create index posts_core_section on content.posts_core (organization_id, section_id, platform, channel_type)
where section_id is not null;

create type content.content_state as enum ('generated', 'needs_review', 'approved', 'rejected', 'superseded');
comment on type content.content_state is
'How far a text has come towards its approval.
generated: complies with all hard rules, not decided yet
needs_review: breaks a hard rule, or no approval rule covers it: a person decides
approved: by a rule or a person, for the current hash
rejected: by a person, with a reason
superseded: replaced by a newer version of the same variation';

create table content.posts_content (
    organization_id text not null,
    content_id text not null default tenancy.public_id('cnt', nextval('content.content_id_sequence'))
        check (content_id ~ '^cnt-[0-9a-f]{8}$'),
    post_core_id text not null,
    variation integer not null default 1 check (variation between 1 and 5),
    version integer not null default 1 check (version > 0),
    state content.content_state not null default 'generated',
    text_content text not null,
    hashtags text[] not null default '{}',
    call_to_action text,
    alt_text text,
    link_url text,
    image_url text,
    language text not null default 'en',
    stated_amounts numeric[] not null default '{}',
    generator text not null check (generator in ('template', 'llm', 'person')),
    model text,
    template_id text,
    template_version integer,
    attempts integer not null default 1 check (attempts > 0),
    product_version bytea,
    seen_prices numeric(12, 2)[] not null default '{}',
    seen_currency text,
    content_hash bytea not null,
    created_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, content_id),
    unique (organization_id, post_core_id, variation, version),
    foreign key (organization_id, post_core_id) references content.posts_core on delete cascade,
    foreign key (organization_id, template_id, template_version) references content.content_template_versions,
    check (num_nonnulls(template_id, template_version) <> 1),
    check ((generator = 'llm') = (model is not null)),
    check ((generator = 'person') = (created_by is not null)),
    check (seen_prices = '{}' or seen_currency is not null)
);

comment on table content.posts_content is
'One row is one version of one variation of a post''s text. Texts are immutable: an edit adds a version.';
comment on column content.posts_content.content_id is 'Public id, such as cnt-0a1b2c3d.';
comment on column content.posts_content.post_core_id is 'The post that the text is for.';
comment on column content.posts_content.variation is 'Number of the text among those that are compared, from 1.';
comment on column content.posts_content.version is
'Counts from 1 within the variation; the highest version is the current one.';
comment on column content.posts_content.state is
'State of the text: generated, needs_review, approved, rejected or superseded.';
comment on column content.posts_content.text_content is
'Complete text as published, including hashtags and link.';
comment on column content.posts_content.hashtags is 'Hashtags of the text, without #.';
comment on column content.posts_content.call_to_action is
'Sentence of the text that invites the reader to act; NULL if there is none.';
comment on column content.posts_content.alt_text is 'Alternative text of the picture; NULL if there is none.';
comment on column content.posts_content.link_url is
'Page of the product or section, also on channels whose texts contain no link; NULL if unknown.';
comment on column content.posts_content.image_url is 'Picture that is published with the text; NULL if there is none.';
comment on column content.posts_content.language is 'Language of the text, ISO 639-1 code.';
comment on column content.posts_content.stated_amounts is
'Prices and other numbers that the text or its alternative text states in digits, as the checks of prices read them.';
comment on column content.posts_content.generator is
'Author of the text: template (filled with facts), llm (a language model) or person (an editor). A variation by '
'hashtags or timing reuses variation 1 and has its generator, model and attempts.';
comment on column content.posts_content.model is 'Name of the language model; NULL for other generators.';
comment on column content.posts_content.template_id is
'Template that the text was filled from, or the model''s example; NULL without a template.';
comment on column content.posts_content.template_version is 'Version of the template; NULL without a template.';
comment on column content.posts_content.attempts is 'Number of attempts of the generator until the text was stored.';
comment on column content.posts_content.product_version is
'Version of the product that the text was written from: content_hash of an observation. NULL if it had none, and for a '
'section.';
comment on column content.posts_content.seen_prices is
'Prices that its author was given: the product''s, or the lowest and the highest on its page. A text that states one '
'of them is only sent while the newest accepted catalogue has it.';
comment on column content.posts_content.seen_currency is 'ISO 4217 code of seen_prices; NULL without a price.';
comment on column content.posts_content.content_hash is
'BLAKE2b-128 of text, link, picture and alternative text; approvals are bound to it.';
comment on column content.posts_content.created_by is 'Name of the editor; NULL for texts without an editor.';
comment on column content.posts_content.updated_at is 'When its state changed.';

create index posts_content_state on content.posts_content (organization_id, state);
create index posts_content_template on content.posts_content (organization_id, template_id, template_version);

create table content.compliance_checks (
    organization_id text not null,
    content_id text not null,
    rule_name text not null check (rule_name <> ''),
    severity channels.severity not null,
    is_passed boolean not null,
    reason text,
    checked_at timestamptz not null default now(),
    primary key (organization_id, content_id, rule_name),
    foreign key (organization_id, content_id) references content.posts_content on delete cascade,
    check (is_passed or reason is not null)
);

comment on table content.compliance_checks is
'One row is the result of checking one text against one rule.';
comment on column content.compliance_checks.content_id is 'The checked text.';
comment on column content.compliance_checks.rule_name is
'A requirement key of the channel, or the name of a rule for all channels.';
comment on column content.compliance_checks.severity is
'A broken hard rule prevents approval; a broken soft rule is only shown.';
comment on column content.compliance_checks.is_passed is 'Whether the text complies with the rule.';
comment on column content.compliance_checks.reason is
'What is wrong, as a sentence for the writer; NULL if the text complies.';
comment on column content.compliance_checks.checked_at is 'When the text was last checked against the rule.';

create type content.decision as enum ('approved', 'rejected');

create table content.approvals (
    organization_id text not null,
    approval_id text not null default tenancy.public_id('apr', nextval('content.approval_id_sequence'))
        check (approval_id ~ '^apr-[0-9a-f]{8}$'),
    content_id text not null,
    content_hash bytea not null,
    decision content.decision not null,
    decided_by text not null check (decided_by <> ''),
    is_by_rule boolean not null default false,
    reason text,
    decided_at timestamptz not null default now(),
    primary key (organization_id, approval_id),
    unique (organization_id, content_id, decision),
    foreign key (organization_id, content_id) references content.posts_content on delete cascade,
    check (decision = 'approved' or reason is not null)
);

comment on table content.approvals is
'One row is one decision on one text. It applies to that hash only: an edited text needs a new decision.';
comment on column content.approvals.approval_id is 'Public id, such as apr-0a1b2c3d.';
comment on column content.approvals.content_id is 'The text that was decided on.';
comment on column content.approvals.content_hash is 'Hash of the text at the time of the decision.';
comment on column content.approvals.decision is 'approved or rejected.';
comment on column content.approvals.decided_by is 'Name of the person, or platform/channel_type of the approval rule.';
comment on column content.approvals.is_by_rule is 'Whether an approval rule decided, not a person.';
comment on column content.approvals.reason is
'Reason for the decision; required for a rejection, NULL for an approval without one.';
comment on column content.approvals.decided_at is 'Time of the decision.';

create table content.approval_rules (
    organization_id text not null references tenancy.organizations on delete cascade,
    platform text not null,
    channel_type text not null,
    minimum_score numeric(7, 6) not null default 0 check (minimum_score between 0 and 1),
    generators text[] not null default '{template}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, channel_type),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

create index approval_rules_channel on content.approval_rules (platform, channel_type);

comment on table content.approval_rules is
'One row lets texts of one channel be approved automatically if they comply with all hard rules. Without a row, people '
'decide.';
comment on column content.approval_rules.platform is 'Platform of the channel that the rule is for.';
comment on column content.approval_rules.channel_type is 'Kind of publication on the platform, such as feed_post.';
comment on column content.approval_rules.minimum_score is
'Lowest score of the selection that is approved, 0 to 1; a post without a score counts as 0.';
comment on column content.approval_rules.generators is 'Generators whose texts are approved: template, llm, person.';
comment on column content.approval_rules.is_active is 'Whether the rule approves texts.';

create table content.writing_rules (
    organization_id text primary key references tenancy.organizations on delete cascade,
    when_model_is_down text not null default 'wait' check (when_model_is_down in ('wait', 'template')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table content.writing_rules is
'One row says what an organization does when its texts cannot be written. Without a row, they wait.';
comment on column content.writing_rules.when_model_is_down is
'What happens to a text while the language model gives no answer, or its account is rejected or exhausted: wait for '
'it, or let a template write. A budget that is used up is no such case.';

create function content.product_version(of_organization_id text, of_post_core_id text, known_on date)
returns bytea language sql stable parallel safe
return (
    select o.content_hash
    from content.posts_core as p
    inner join catalogue.product_observations as o
        on p.organization_id = o.organization_id and p.product_id = o.product_id
    where
        p.organization_id = of_organization_id
        and p.post_core_id = of_post_core_id
        and o.observed_at < (known_on + 1)::timestamp at time zone 'utc'
    order by o.observed_at desc
    limit 1
);

comment on function content.product_version is
'The version of a post''s product that is known at the end of a day: content_hash of its observation. NULL if the '
'catalogue did not have it.';

grant execute on function content.product_version to syndication_pipeline, syndication_reader;

create function content.unwritten_texts(first_day date, end_day date)
returns table (
    organization_id text,
    post_core_id text,
    platform text,
    channel_type text,
    planned_on date,
    variation integer,
    variations_by text,
    post_kind text,
    template_id text,
    template_version integer
) language sql stable parallel safe
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

comment on function content.unwritten_texts is
'One row is one missing text: a variation of a post planned from first_day until before end_day without a version, '
'in a channel that the organization can publish in.';

grant execute on function content.unwritten_texts to syndication_pipeline, syndication_reader;

select tenancy.protect_tenant_table('content.content_templates');
select tenancy.protect_tenant_table('content.content_template_versions');
select tenancy.protect_tenant_table('content.product_selections');
select tenancy.protect_tenant_table('content.section_channels');
select tenancy.protect_tenant_table('content.section_selections');
select tenancy.protect_tenant_table('content.posts_core');
select tenancy.protect_tenant_table('content.posts_content');
select tenancy.protect_tenant_table('content.compliance_checks');
select tenancy.protect_tenant_table('content.approvals');
select tenancy.protect_tenant_table('content.approval_rules');
select tenancy.protect_tenant_table('content.writing_rules');

create function content.reject_change_of_text()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'texts and template versions never change: write a new version'
        using errcode = 'integrity_constraint_violation', constraint = 'posts_content_is_immutable';
end
$$;

comment on function content.reject_change_of_text is
'A text must not change after a decision on it, nor a template version after texts were written from it.';

create trigger posts_content_is_immutable
before update of
text_content, hashtags, call_to_action, alt_text, link_url, image_url, content_hash, post_core_id, variation, version,
generator, model, template_id, template_version, product_version, seen_prices, seen_currency
on content.posts_content
for each row execute function content.reject_change_of_text();

create trigger content_template_versions_are_immutable
before update on content.content_template_versions
for each row execute function content.reject_change_of_text();

create trigger content_templates_updated_at before update on content.content_templates
for each row execute function tenancy.set_updated_at();
create trigger product_selections_updated_at before update on content.product_selections
for each row execute function tenancy.set_updated_at();
create trigger section_channels_updated_at before update on content.section_channels
for each row execute function tenancy.set_updated_at();
create trigger posts_core_updated_at before update on content.posts_core
for each row execute function tenancy.set_updated_at();
create trigger posts_content_updated_at before update on content.posts_content
for each row execute function tenancy.set_updated_at();
create trigger approval_rules_updated_at before update on content.approval_rules
for each row execute function tenancy.set_updated_at();
create trigger writing_rules_updated_at before update on content.writing_rules
for each row execute function tenancy.set_updated_at();

-- The audit log keeps texts written by people, every change of state, and every decision. The row of a generated text
-- names its author itself.
create trigger posts_content_written_audit after insert on content.posts_content
for each row when (new.generator = 'person') execute function tenancy.write_audit_log();
create trigger posts_content_audit after update or delete on content.posts_content
for each row execute function tenancy.write_audit_log();
create trigger approvals_audit after insert or update or delete on content.approvals
for each row execute function tenancy.write_audit_log();
create trigger approval_rules_audit after insert or update or delete on content.approval_rules
for each row execute function tenancy.write_audit_log();
create trigger writing_rules_audit after insert or update or delete on content.writing_rules
for each row execute function tenancy.write_audit_log();
create trigger section_channels_audit after insert or update or delete on content.section_channels
for each row execute function tenancy.write_audit_log();
