-- Content: from a product or a section of a document to a text that may be published: selected, written, checked,
-- approved. And what writing costs.

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

create type content.post_kind as enum ('product', 'blog_post', 'announcement');

create type content.template_kind as enum ('feature', 'benefit', 'story');

create table content.content_templates (
    organization_id text not null references tenancy.organizations on delete cascade,
    template_id text not null default tenancy.public_id('tpl', nextval('content.template_id_sequence'))
        check (template_id like 'tpl-________'),
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

comment on table content.content_templates is
'One row is one template. Of those that fit a product, one for its category and one for the platform come first.';
comment on column content.content_templates.template_id is 'Public id, tpl-….';
comment on column content.content_templates.template_name is 'The name for people.';
comment on column content.content_templates.template_kind is 'What the text dwells on: feature, benefit or story.';
comment on column content.content_templates.post_kind is 'What the post is about.';
comment on column content.content_templates.platform is 'The only platform it is for; NULL for all.';
comment on column content.content_templates.category_name is 'The only category it is for; NULL for all.';
comment on column content.content_templates.is_active is 'False switches it off.';

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
'One row is one version of one template; the greatest is used. A version never changes: an edit is a new one.';
comment on column content.content_template_versions.template_id is 'The template.';
comment on column content.content_template_versions.version is 'From 1.';
comment on column content.content_template_versions.body is
'The text with placeholders such as {product_name}; an unknown placeholder is an error. What stands in [square '
'brackets] is left out where a fact in it is not known.';
comment on column content.content_template_versions.call_to_action is
'The sentence for {call_to_action}, where the channel''s rules name none.';
comment on column content.content_template_versions.reference_hash is
'BLAKE2b-128 of what was loaded from the reference file; NULL for a version that you wrote: it stays the newest.';

create type content.variation_kind as enum (
    'content',  -- each is another text
    'hashtags', -- the same text with other hashtags
    'timing'    -- the same text at another time
);

create table content.product_selections (
    organization_id text not null,
    selection_id text not null default tenancy.public_id('sel', nextval('content.selection_id_sequence'))
        check (selection_id like 'sel-________'),
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
'One row is the product of one channel and day, with what decided for it.';
comment on column content.product_selections.selection_id is 'Public id, sel-….';
comment on column content.product_selections.platform is 'The platform.';
comment on column content.product_selections.channel_type is 'The kind of publication.';
comment on column content.product_selections.selected_on is 'The day.';
comment on column content.product_selections.product_id is 'The product.';
comment on column content.product_selections.category_id is 'The category whose turn it was.';
comment on column content.product_selections.template_id is 'The template to write it with.';
comment on column content.product_selections.template_version is 'Its version.';
comment on column content.product_selections.variations is 'How many texts are wanted, to be compared.';
comment on column content.product_selections.variations_by is
'What they differ in, as the channel''s rule variations_by said on selection: content, hashtags or timing.';
comment on column content.product_selections.score is 'The weighted mean of the factors.';
comment on column content.product_selections.factors is 'Each factor with weight and value.';

create index product_selections_product on content.product_selections (organization_id, product_id, selected_on);

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

comment on table content.section_channels is
'One row gives one channel a section of a document each day. No row: it gets products only.';
comment on column content.section_channels.platform is 'The platform.';
comment on column content.section_channels.channel_type is 'The kind of publication.';
comment on column content.section_channels.starts_on is 'The first day.';
comment on column content.section_channels.instead_of_products is
'True gives it no products from that day on: for a channel that takes one post a day, or is the blog''s own.';
comment on column content.section_channels.is_active is 'False switches it off.';

create table content.section_selections (
    organization_id text not null,
    section_selection_id text not null
        default tenancy.public_id('ssl', nextval('content.section_selection_id_sequence'))
        check (section_selection_id like 'ssl-________'),
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
'One row is the section of one channel and day. A day without a row had none left.';
comment on column content.section_selections.section_selection_id is 'Public id, ssl-….';
comment on column content.section_selections.platform is 'The platform.';
comment on column content.section_selections.channel_type is 'The kind of publication.';
comment on column content.section_selections.selected_on is 'The day.';
comment on column content.section_selections.section_id is 'The section.';
comment on column content.section_selections.attempt is
'1 the first time; more where a platform refused what came of it before.';
comment on column content.section_selections.sections_left is 'How many other sections waited for the channel.';

create index section_selections_section on content.section_selections (organization_id, section_id);

create table content.posts_core (
    organization_id text not null references tenancy.organizations on delete cascade,
    post_core_id text not null default tenancy.public_id('pco', nextval('content.post_core_id_sequence'))
        check (post_core_id like 'pco-________'),
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

comment on table content.posts_core is
'One row is one post that we author for one channel, whatever its texts are.';
comment on column content.posts_core.post_core_id is 'Public id, pco-….';
comment on column content.posts_core.post_kind is 'What it is about; says which reference it must have.';
comment on column content.posts_core.platform is 'The platform.';
comment on column content.posts_core.channel_type is 'The kind of publication.';
comment on column content.posts_core.planned_on is 'The day that it is for.';
comment on column content.posts_core.selection_id is 'The selection of a product that asked for it.';
comment on column content.posts_core.section_selection_id is 'The selection of a section that asked for it.';
comment on column content.posts_core.product_id is 'The product.';
comment on column content.posts_core.section_id is 'The section of a document.';

create index posts_core_section on content.posts_core (organization_id, section_id, platform, channel_type)
where section_id is not null;

create type content.content_state as enum (
    'generated',    -- written, not checked yet
    'needs_review', -- a hard rule is broken, or a person has to decide
    'approved',     -- by a rule or a person, for this very hash
    'rejected',     -- by a person, with a reason
    'superseded'    -- a newer version of the same variation is there
);

create table content.posts_content (
    organization_id text not null,
    content_id text not null default tenancy.public_id('cnt', nextval('content.content_id_sequence'))
        check (content_id like 'cnt-________'),
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
    generator text not null check (generator in ('template', 'llm', 'person')),
    model text,
    template_id text,
    template_version integer,
    attempts integer not null default 1 check (attempts > 0),
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
    check ((generator = 'person') = (created_by is not null))
);

comment on table content.posts_content is
'One row is one version of one variation of a post''s text. A text never changes: an edit is a new version.';
comment on column content.posts_content.content_id is 'Public id, cnt-….';
comment on column content.posts_content.post_core_id is 'The post.';
comment on column content.posts_content.variation is 'Which of the texts that are compared, from 1.';
comment on column content.posts_content.version is 'From 1; the greatest counts.';
comment on column content.posts_content.state is 'Where it stands.';
comment on column content.posts_content.text_content is
'The whole text as it is published, hashtags and link included.';
comment on column content.posts_content.hashtags is 'Its hashtags, without #.';
comment on column content.posts_content.call_to_action is 'The sentence that asks the reader to do something.';
comment on column content.posts_content.alt_text is 'What the picture shows, for who cannot see it.';
comment on column content.posts_content.link_url is 'Where it leads.';
comment on column content.posts_content.image_url is 'The picture that goes with it.';
comment on column content.posts_content.language is 'ISO 639-1 code.';
comment on column content.posts_content.generator is
'Who wrote its words: template fills in facts, llm is a language model, person an editor. A variation by hashtags or '
'timing says who wrote variation 1, as model and attempts do: it has its words, and nobody was asked again.';
comment on column content.posts_content.model is 'The language model; NULL for the others.';
comment on column content.posts_content.template_id is 'The template that it was made from; NULL for an edit.';
comment on column content.posts_content.template_version is 'Its version.';
comment on column content.posts_content.attempts is 'How often it was written until it stood here.';
comment on column content.posts_content.content_hash is 'BLAKE2b-128 of what would be published: approvals name it.';
comment on column content.posts_content.created_by is 'The editor; NULL for the others.';
comment on column content.posts_content.updated_at is 'When its state changed.';

create index posts_content_state on content.posts_content (organization_id, state);

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
'One row is one rule held against one text.';
comment on column content.compliance_checks.content_id is 'The text.';
comment on column content.compliance_checks.rule_name is 'The rule: a requirement key, or a rule of the house.';
comment on column content.compliance_checks.severity is 'hard refuses, soft shows.';
comment on column content.compliance_checks.is_passed is 'Whether the text obeys it.';
comment on column content.compliance_checks.reason is 'What is wrong, in a sentence for the writer.';
comment on column content.compliance_checks.checked_at is 'When it was checked.';

create type content.decision as enum ('approved', 'rejected');

create table content.approvals (
    organization_id text not null,
    approval_id text not null default tenancy.public_id('apr', nextval('content.approval_id_sequence'))
        check (approval_id like 'apr-________'),
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
'One row is one decision on one text. It holds for that hash only: an edited text waits for a new one.';
comment on column content.approvals.approval_id is 'Public id, apr-….';
comment on column content.approvals.content_id is 'The text.';
comment on column content.approvals.content_hash is 'What was decided on.';
comment on column content.approvals.decision is 'approved or rejected.';
comment on column content.approvals.decided_by is 'The person, or the rule.';
comment on column content.approvals.is_by_rule is 'Whether a rule decided.';
comment on column content.approvals.reason is 'Why; required of a rejection.';
comment on column content.approvals.decided_at is 'When.';

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

comment on table content.approval_rules is
'One row lets texts of one channel be approved without a person, if every hard rule is obeyed. No row: people decide.';
comment on column content.approval_rules.platform is 'The platform.';
comment on column content.approval_rules.channel_type is 'The kind of publication.';
comment on column content.approval_rules.minimum_score is 'The least score of the selection.';
comment on column content.approval_rules.generators is 'Whose texts: template, llm, person.';
comment on column content.approval_rules.is_active is 'False switches it off.';

-- The texts that are wanted and not there: each variation of the posts of some days that has no version yet.
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
    and not exists (
        select
        from content.posts_content as c
        where
            c.organization_id = p.organization_id
            and c.post_core_id = p.post_core_id
            and c.variation = v.variation
    )
$$;

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

-- What was decided on must not change under the decision.
create function content.refuse_change_of_text()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'a text never changes: write a new version of it'
        using errcode = 'integrity_constraint_violation', constraint = 'posts_content_is_immutable';
end
$$;

create trigger posts_content_is_immutable
before update of
text_content, hashtags, call_to_action, alt_text, link_url, image_url, content_hash, post_core_id, variation, version,
generator, model, template_id, template_version
on content.posts_content
for each row execute function content.refuse_change_of_text();

create trigger content_template_versions_are_immutable
before update on content.content_template_versions
for each row execute function content.refuse_change_of_text();
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

-- A text that a machine writes says so itself; what people write, and every step of a text, is kept.
create trigger posts_content_written_audit after insert on content.posts_content
for each row when (new.generator = 'person') execute function tenancy.write_audit_log();
create trigger posts_content_audit after update or delete on content.posts_content
for each row execute function tenancy.write_audit_log();
create trigger approvals_audit after insert or update or delete on content.approvals
for each row execute function tenancy.write_audit_log();
create trigger approval_rules_audit after insert or update or delete on content.approval_rules
for each row execute function tenancy.write_audit_log();
create trigger section_channels_audit after insert or update or delete on content.section_channels
for each row execute function tenancy.write_audit_log();
