-- The schema of the room `curation`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema curation authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Who says whether a post has a tag. The first value outranks those after it.
create type curation.tag_source as enum (
    'user',  -- a person decided
    'rule',  -- a rule matches
    'ai'     -- a language model classified the text
);

-- What a source says of a tag.
create type curation.tag_state as enum (
    'applied',    -- the post has it
    'suggested',  -- the post may have it, and a person decides
    'removed'     -- the post does not have it, whatever rules or models say
);

-- How far an action has come.
create type curation.action_state as enum (
    'queued',       -- it waits for its time and for somebody who starts it
    'in_progress',  -- it was started, and may have had its effect
    'completed',    -- it had its effect
    'failed',       -- it had none
    'cancelled'     -- nobody does it
);

-- What became of the question about a post.
create type curation.classification_state as enum (
    'answered',  -- the model said which tags the post has
    'parked',    -- the model gave no usable answer about it; `syndication tag retry` makes it wait again
    'waiting'    -- a person wants it asked again
);

-- One row is one tag. User-maintained.
create table curation.tags (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    tag_id text not null default tenancy.public_id('tag', nextval('curation.tag_id_sequence')),
                                                    -- Public id, such as tag-0a1b2c3d.
    tag_name text not null,                         -- The name in lower case.
    description text,                               -- What the tag is for; NULL if nobody said.
    color text not null default 'cyan',             -- Color in a terminal.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    is_for_models boolean not null default false,   -- Whether a language model may give it to posts.
    model_threshold numeric(4,3),                   -- From which confidence of a model on posts have it; below, it is a
                                                    -- suggestion. NULL: as model_tagging says.

    primary key (organization_id, tag_id),
    unique (organization_id, tag_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (tag_id ~ '^tag-[0-9a-f]{8}$'),
    check (tag_name = lower(btrim(tag_name)) and tag_name <> ''),
    check (color in ('red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white')),
    check (model_threshold >= 0::numeric and model_threshold <= 1::numeric)
);
create trigger tags_updated_at before update on curation.tags for each row execute function tenancy.set_updated_at();
create trigger tags_audit after insert or delete or update on curation.tags
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row gives one profile one tag. User-maintained.
create table curation.profile_tags (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    profile_tag_id text not null default tenancy.public_id('pft', nextval('curation.profile_tag_id_sequence')),
                                                    -- Public id, such as pft-0a1b2c3d.
    profile_id text not null,                       -- The profile; refers to scraping.profiles.
    tag_id text not null,                           -- The tag; refers to tags.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, profile_tag_id),
    unique (organization_id, profile_id, tag_id),
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id)
        on delete cascade,
    foreign key (organization_id, tag_id) references curation.tags (organization_id, tag_id) on delete cascade,
    check (profile_tag_id ~ '^pft-[0-9a-f]{8}$')
);
create index profile_tags_tag on curation.profile_tags (organization_id, tag_id);
create trigger profile_tags_audit after insert or delete or update on curation.profile_tags
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one rule: every post that meets it gets the tag, unless a person decided otherwise. User-maintained.
create table curation.tag_rules (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    rule_id text not null default tenancy.public_id('trl', nextval('curation.rule_id_sequence')),
                                                    -- Public id, such as trl-0a1b2c3d.
    rule_name text not null,                        -- Name for people.
    tag_id text not null,                           -- The tag that it gives; refers to tags.
    filter jsonb not null default '{}',             -- Conditions that a post must all meet, such as {"platforms":
                                                    -- ["linkedin"], "minimum_reactions": 10}.
    text_query text,                                -- What the text must contain, as in a web search: words, "phrases",
                                                    -- or, -without; NULL if any text will do.
    is_active boolean not null default true,        -- False: it gives no tag, and what it gave goes with the next run.
    version integer not null default 1,             -- Counts the changes of tag, filter and text query.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, rule_id),
    unique (organization_id, rule_name),
    foreign key (organization_id, tag_id) references curation.tags (organization_id, tag_id) on delete cascade,
    check (rule_id ~ '^trl-[0-9a-f]{8}$'),
    check (rule_name <> ''),
    check (jsonb_typeof(filter) = 'object'),
    check (text_query <> ''),
    check (version >= 1),
    check (filter <> '{}' or text_query is not null),
    constraint tag_rules_text_query_length check (length(text_query) <= 1000)
);
create index tag_rules_tag on curation.tag_rules (organization_id, tag_id);
create trigger tag_rules_version before update on curation.tag_rules for each row when (old.tag_id is distinct
    from new.tag_id or old.filter is distinct from new.filter or old.text_query is distinct
    from new.text_query) execute function curation.count_rule_version();
create trigger tag_rules_first_version after insert on curation.tag_rules
    for each row execute function curation.keep_rule_version();
create trigger tag_rules_next_version after update on curation.tag_rules for each row
    when (old.version <> new.version) execute function curation.keep_rule_version();
create trigger tag_rules_updated_at before update on curation.tag_rules
    for each row execute function tenancy.set_updated_at();
create trigger tag_rules_audit after insert or delete or update on curation.tag_rules
    for each row execute function tenancy.write_audit_log('filter');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what one version of a rule says. A trigger adds it; it never changes.
create table curation.tag_rule_versions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    rule_id text not null,                          -- The rule; refers to tag_rules.
    version integer not null,                       -- From 1.
    tag_id text not null,                           -- The tag that it gave.
    filter jsonb not null,                          -- Its conditions.
    text_query text,                                -- Its text query; NULL if it had none.
    changed_by text not null,                       -- Who wrote it: tenancy.current_actor().
    changed_at timestamptz not null default now(),  -- When it was written.

    primary key (organization_id, rule_id, version),
    foreign key (organization_id, rule_id) references curation.tag_rules (organization_id, rule_id) on delete cascade
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what one source says of one tag of one post: a person, a rule or a model. None writes the row of another,
-- so a decision of a person stays whatever rules and models find later; current_post_tags has what counts.
-- User-maintained.
create table curation.post_tags (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_tag_id text not null default tenancy.public_id('ptg', nextval('curation.post_tag_id_sequence')),
                                                    -- Public id, such as ptg-0a1b2c3d.
    post_id text not null,                          -- The post; refers to scraping.post_records.
    tag_id text not null,                           -- The tag; refers to tags.
    applied_by curation.tag_source not null,        -- The source.
    rule_id text,                                   -- The rule; NULL for other sources.
    rule_version integer,                           -- Version of the rule that matched; NULL for other sources.
    state curation.tag_state not null default 'applied',
                                                    -- What the source says.
    confidence real not null,                       -- From 0 to 1. What a person decides and what a rule finds is 1.
    why text,                                       -- The reason, for people; NULL if none was given.
    decided_by text,                                -- The person: a user's id, or a login where there are no users;
                                                    -- NULL for other sources.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_tag_id),
    unique nulls not distinct (organization_id, post_id, tag_id, applied_by, rule_id),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    foreign key (organization_id, tag_id) references curation.tags (organization_id, tag_id) on delete cascade,
    foreign key (organization_id, rule_id) references curation.tag_rules (organization_id, rule_id) on delete cascade,
    check (post_tag_id ~ '^ptg-[0-9a-f]{8}$'),
    check (confidence >= 0::double precision and confidence <= 1::double precision),
    check ((applied_by = 'rule') = (rule_id is not null)),
    check ((rule_id is null) = (rule_version is null)),
    check ((applied_by = 'user') = (decided_by is not null)),
    check (applied_by <> 'rule' or state = 'applied')
);
create index post_tags_tag on curation.post_tags (organization_id, tag_id, post_id);
create index post_tags_rule on curation.post_tags (organization_id, rule_id, post_id) where rule_id is not null;
create trigger post_tags_inserted after insert on curation.post_tags referencing new table as new_rows
    for each statement execute function curation.keep_tag_changes();
create trigger post_tags_updated after update
    on curation.post_tags referencing old table as old_rows new table as new_rows
    for each statement execute function curation.keep_tag_changes();
create trigger post_tags_deleted after delete on curation.post_tags referencing old table as old_rows
    for each statement execute function curation.keep_tag_changes();
create trigger post_tags_updated_at before update on curation.post_tags
    for each row execute function tenancy.set_updated_at();
create trigger post_tags_decided_audit after insert or update on curation.post_tags for each row
    when (new.applied_by = 'user') execute function tenancy.write_audit_log();
create trigger post_tags_withdrawn_audit after delete on curation.post_tags for each row
    when (old.applied_by = 'user') execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one change of what a source says of a tag of a post: the history of post_tags, which triggers write.
create table curation.post_tag_changes (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    change_id text not null default tenancy.public_id('ptc', nextval('curation.change_id_sequence')),
                                                    -- Public id, such as ptc-0a1b2c3d.
    changed_at timestamptz not null default now(),  -- When the transaction of the change began.
    actor text not null,                            -- Who made the change: tenancy.current_actor().
    post_id text not null,                          -- The post, which may be gone.
    tag_id text not null,                           -- The tag, which may be gone.
    applied_by curation.tag_source not null,        -- The source.
    rule_id text,                                   -- The rule, which may be gone; NULL for other sources.
    rule_version integer,                           -- Version of the rule; NULL for other sources.
    old_state curation.tag_state,                   -- What the source said before; NULL if it said nothing.
    new_state curation.tag_state,                   -- What it says now; NULL if it says nothing any more.
    confidence real not null,                       -- From 0 to 1.
    why text,                                       -- The reason; NULL if none was given.

    primary key (organization_id, change_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (change_id ~ '^ptc-[0-9a-f]{8}$'),
    check (num_nonnulls(old_state, new_state) > 0)
);
create index post_tag_changes_post on curation.post_tag_changes (organization_id, post_id, changed_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what one person has done with one post: read it, marked it. Without a row, neither. User-maintained.
create table curation.post_user_state (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_id text not null,                          -- The post; refers to scraping.post_records.
    person text not null,                           -- A user's id, or a login where there are no users. Of a flag that
                                                    -- was set before persons had their own, whom the audit log names,
                                                    -- else unknown.
    is_read boolean not null default false,         -- Whether the person has read it.
    is_marked boolean not null default false,       -- Whether the person marked it.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id, person),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (person <> '')
);
create index post_user_state_marked on curation.post_user_state (organization_id, person) where is_marked;
create trigger post_user_state_updated_at before update on curation.post_user_state
    for each row execute function tenancy.set_updated_at();
create trigger post_user_state_audit after insert or delete or update on curation.post_user_state
    for each row execute function tenancy.write_audit_log();
create trigger post_user_state_shown after insert or delete or update of is_read, is_marked on curation.post_user_state
    for each row execute function curation.show_states_on_post();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one kind of action on a post.
create table curation.action_types (
    action_type text not null,         -- Name, such as comment.
    parameters_schema jsonb not null,  -- JSON Schema of its parameters.
    description text not null,         -- What a person does.

    primary key (action_type),
    check (action_type ~ '^[a-z]+$'),
    check (jsonb_typeof(parameters_schema) = 'object'),
    check (description <> '')
);
-- no row-level security; pipeline: select; reader: select

-- One row lets one executor act on a platform for the organization, whose terms may forbid it. Without it, actions are
-- done by hand. User-maintained.
create table curation.executor_consents (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    executor text not null,                         -- Name of the executor.
    why text not null,                              -- Why the organization may, such as a contract with the platform.
    given_by text not null,                         -- Who signed it on: tenancy.current_actor().
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, executor),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (executor ~ '^[a-z_]+$' and (executor not in ('manual', 'dry_run'))),
    check (why <> '')
);
create trigger executor_consents_audit after insert or delete or update on curation.executor_consents
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one thing to do with one post, once, as one account. User-maintained. A trigger lets only these changes of
-- its state pass: queued to in_progress or cancelled, in_progress to completed, failed or cancelled.
create table curation.actions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    action_id text not null default tenancy.public_id('act', nextval('curation.action_id_sequence')),
                                                    -- Public id, such as act-0a1b2c3d.
    post_id text not null,                          -- The post; refers to scraping.post_records.
    account_id text,                                -- As which of the organization's accounts; NULL if whoever does it
                                                    -- uses their own.
    action_type text not null,                      -- What to do; refers to action_types.
    parameters jsonb not null default '{}',         -- How, as the JSON Schema of the type says. {"words": "later"}:
                                                    -- whoever does it writes the words then.
    state curation.action_state not null default 'queued',
                                                    -- How far it has come.
    priority integer not null default 0,            -- The highest comes first.
    scheduled_for timestamptz,                      -- Not before this time; NULL: as soon as possible.
    executor text not null default 'manual',        -- manual: a person does it. dry_run: nothing is done.
    queued_by text not null,                        -- Who queued it: a user's id, or a login where there are no users.
    started_at timestamptz,                         -- When it was started; NULL if it was not.
    executed_at timestamptz,                        -- When it was completed or failed; NULL before.
    user_notes text,                                -- Why, in the words of a person; NULL if nobody said.
    system_notes text,                              -- What came of it: the outcome or the error; NULL if there is none.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, action_id),
    foreign key (action_type) references curation.action_types (action_type),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    foreign key (organization_id, account_id) references channels.social_accounts (organization_id, account_id),
    check (action_id ~ '^act-[0-9a-f]{8}$'),
    check (jsonb_typeof(parameters) = 'object'),
    check (executor ~ '^[a-z_]+$'),
    check ((executed_at is not null) = (state in ('completed', 'failed'))),
    check (state = 'queued' or state = 'cancelled' or started_at is not null)
);
create unique index actions_live
    on curation.actions (organization_id, post_id, action_type, account_id) nulls not distinct
    where state in ('queued', 'in_progress');
create index actions_queue on curation.actions (organization_id, priority desc, scheduled_for, action_id)
    where state = 'queued';
create index actions_post on curation.actions (organization_id, post_id);
create index actions_account on curation.actions (organization_id, account_id);
create index actions_type on curation.actions (action_type);
create trigger actions_state before update of state on curation.actions for each row
    when (old.state <> new.state) execute function curation.check_action_state();
create trigger actions_updated_at before update on curation.actions
    for each row execute function tenancy.set_updated_at();
create trigger actions_audit after insert or delete or update on curation.actions
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the text of one post as search terms. Computed from the newest observations: a re-run gives the same rows.
create table curation.post_documents (
    organization_id text not null,          -- Organization that owns the row: first column of every key, and checked by
                                            -- row-level security.
    post_id text not null,                  -- The post; refers to scraping.post_records.
    language text not null default '',      -- ISO 639-1 code; empty if the text is too short to tell.
    document tsvector not null default '',  -- Words by the configuration of the language; every character and pair of
                                            -- characters of scripts without spaces; hashtags.
    text_hash bytea not null,               -- MD5 of the text; a post whose text has another is read again.
    reader_version integer not null,        -- Version of the program that read the text.
    posted_at timestamptz,                  -- When the post was published; NULL if that is not known.
    observed_at timestamptz not null,       -- Newest observation of the post.

    primary key (organization_id, post_id),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id) on delete cascade
);
create index post_documents_document on curation.post_documents using gin (document);
create index post_documents_posted_at on curation.post_documents (organization_id, posted_at desc nulls last, post_id);
create index post_documents_observed_at on curation.post_documents (organization_id, observed_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select
create policy owner_searches on curation.post_documents for select to syndication_owner using (true);

-- One row is how language models tag the posts of an organization; without a row, the defaults hold. User-maintained.
create table curation.model_tagging (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    threshold numeric(4,3) not null default 0.8,    -- From which confidence on posts have a tag that has no threshold
                                                    -- of its own; below, it is a suggestion.
    posts_a_run integer not null default 500,       -- About how many posts a run asks at most; the newest come first,
                                                    -- the others wait for the next run.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (threshold >= 0::numeric and threshold <= 1::numeric),
    check (posts_a_run > 0)
);
create trigger model_tagging_updated_at before update on curation.model_tagging
    for each row execute function tenancy.set_updated_at();
create trigger model_tagging_audit after insert or delete or update on curation.model_tagging
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one list of tags from which models chose. A list that is not there yet gets the next version.
create table curation.tag_lists (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    tag_list_version integer not null,              -- From 1.
    tags jsonb not null,                            -- Its tags, sorted by name: [{"tag_id": …, "name": …,
                                                    -- "description": …}].
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, tag_list_version),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (tag_list_version > 0),
    check (jsonb_typeof(tags) = 'array')
);
create unique index tag_lists_tags on curation.tag_lists (organization_id, md5(tags::text));
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what one model answered about one text of one post: it is asked once for each text, version of the prompt
-- and list of tags. Which tags follow from it is in post_tags.
create table curation.post_classifications (
    organization_id text not null,                 -- Organization that owns the row: first column of every key, and
                                                   -- checked by row-level security.
    post_id text not null,                         -- The post; refers to scraping.post_records.
    model text not null,                           -- Name of the model; simulated if none was asked, as in the demo.
    prompt_version integer not null,               -- Version of the instructions.
    tag_list_version integer not null,             -- The list of tags from which it chose; refers to tag_lists.
    text_hash bytea not null,                      -- MD5 of the text, as in post_documents.
    state curation.classification_state not null,  -- What became of the question.
    is_current boolean not null default false,     -- Whether its tags are those that a model gives the post: one answer
                                                   -- of a post is current.
    tags jsonb not null default '[]',              -- What the model found: [{"tag_id": …, "confidence": from 0 to 1,
                                                   -- "why": …}]. Thresholds are applied later.
    proposed_names text[] not null default '{}',   -- Tags that are not in the list and that the model would give.
    reason text,                                   -- Why there is no answer; NULL if the post is not parked.
    usage_id text,                                 -- The request in operations.api_usage and ai.llm_calls; NULL if none
                                                   -- was paid for.
    asked_at timestamptz not null,                 -- When the answer was read.

    primary key (organization_id, post_id, model, prompt_version, tag_list_version, text_hash),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    foreign key (organization_id, tag_list_version) references curation.tag_lists (organization_id, tag_list_version)
        on delete cascade,
    check (model <> ''),
    check (prompt_version > 0),
    check (length(text_hash) = 16),
    check (jsonb_typeof(tags) = 'array'),
    check (reason <> ''),
    check ((state = 'parked') = (reason is not null)),
    check (not is_current or state = 'answered')
);
create unique index post_classifications_current on curation.post_classifications (organization_id, post_id)
    where is_current;
create index post_classifications_tag_list on curation.post_classifications (organization_id, tag_list_version);
create trigger post_classifications_audit after update of state on curation.post_classifications for each row
    when (new.state = 'waiting') execute function tenancy.write_audit_log('tags', 'proposed_names', 'reason',
    'text_hash');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one new tag that a model proposed. It is no tag until a person accepts it, which removes the row.
-- User-maintained.
create table curation.proposed_tags (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    proposed_tag_id text not null default tenancy.public_id('tpr', nextval('curation.proposed_tag_id_sequence')),
                                                    -- Public id, such as tpr-0a1b2c3d.
    tag_name text not null,                         -- The proposed name, in lower case.
    post_id text not null,                          -- The first post that it was proposed for; refers to
                                                    -- scraping.post_records.
    is_rejected boolean not null default false,     -- Whether a person does not want it: it is not shown again.
    decided_by text,                                -- Who rejected it: a user's id, or a login where there are no
                                                    -- users; NULL if nobody did.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, proposed_tag_id),
    unique (organization_id, tag_name),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (proposed_tag_id ~ '^tpr-[0-9a-f]{8}$'),
    check (tag_name = lower(btrim(tag_name)) and tag_name <> ''),
    check (is_rejected = (decided_by is not null))
);
create index proposed_tags_post on curation.proposed_tags (organization_id, post_id);
create trigger proposed_tags_updated_at before update on curation.proposed_tags
    for each row execute function tenancy.set_updated_at();
create trigger proposed_tags_audit after update on curation.proposed_tags
    for each row execute function tenancy.write_audit_log('tag_name');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what counts of one tag of one post: what a person decided, else a rule, else a model.
create view curation.current_post_tags (
    organization_id,  -- text: The organization.
    post_id,          -- text: The post; refers to scraping.post_records.
    tag_id,           -- text: The tag; refers to tags.
    tag_name,         -- text: Name of the tag.
    post_tag_id,      -- text: The row of post_tags that counts.
    applied_by,       -- curation.tag_source: Its source.
    rule_id,          -- text: Its rule; NULL for other sources.
    state,            -- curation.tag_state: What it says.
    confidence,       -- real: From 0 to 1.
    why,              -- text: The reason; NULL if none was given.
    decided_by,       -- text: The person; NULL for other sources.
    updated_at        -- timestamptz: When the row was last changed.
) with (security_invoker = true) as
select distinct on (t.organization_id, t.post_id, t.tag_id) t.organization_id,
    t.post_id,
    t.tag_id,
    g.tag_name,
    t.post_tag_id,
    t.applied_by,
    t.rule_id,
    t.state,
    t.confidence,
    t.why,
    t.decided_by,
    t.updated_at
   from curation.post_tags t
     join curation.tags g on g.organization_id = t.organization_id and g.tag_id = t.tag_id
  order by t.organization_id, t.post_id, t.tag_id, t.applied_by, t.confidence desc, t.rule_id;
-- pipeline: select; reader: select

-- One row is one tag and one kind of source: of the posts on which a person decided too, how many times both said the
-- same. A suggestion counts as saying that the post has the tag, and a tag that a model was offered and did not give as
-- saying that it does not.
create view curation.tag_agreement (
    organization_id,  -- text: The organization.
    tag_id,           -- text: The tag; refers to tags.
    applied_by,       -- curation.tag_source: rule or ai.
    decided_posts,    -- bigint: Posts on which both the source and a person spoke.
    agreed_posts,     -- bigint: Of these, the posts on which both said the same.
    agreement         -- numeric: agreed_posts / decided_posts; NULL if there are none.
) with (security_invoker = true) as
select g.organization_id,
    g.tag_id,
    k.applied_by,
    count(u.state) as decided_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied')) as agreed_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied'))::numeric / nullif(count(u.state),
        0)::numeric as agreement
   from curation.tags g
     cross join ( values ('rule'::curation.tag_source), ('ai'::curation.tag_source)) k(applied_by)
     left join (( select distinct on (t.organization_id, t.post_id, t.tag_id, t.applied_by) t.organization_id,
            t.post_id,
            t.tag_id,
            t.applied_by,
            t.state
           from curation.post_tags t
             join curation.tags o on o.organization_id = t.organization_id and o.tag_id = t.tag_id
          where t.applied_by <> 'user'
          order by t.organization_id, t.post_id, t.tag_id, t.applied_by, t.confidence desc, t.rule_id)
        union all
         select t.organization_id,
            t.post_id,
            t.tag_id,
            'ai',
            'removed'
           from curation.post_tags t
             join curation.post_classifications c on c.organization_id = t.organization_id and c.post_id = t.post_id
                 and c.is_current
             join curation.tag_lists l on l.organization_id = c.organization_id
                 and l.tag_list_version = c.tag_list_version
          where t.applied_by = 'user' and l.tags @> jsonb_build_array(jsonb_build_object('tag_id', t.tag_id))
              and not (exists ( select
                   from curation.post_tags m
                  where m.organization_id = t.organization_id and m.post_id = t.post_id and m.tag_id = t.tag_id
                      and m.applied_by = 'ai'))) s on s.organization_id = g.organization_id and s.tag_id = g.tag_id
                      and s.applied_by = k.applied_by
     left join curation.post_tags u on u.organization_id = s.organization_id and u.post_id = s.post_id
         and u.tag_id = s.tag_id and u.applied_by = 'user'
  group by g.organization_id, g.tag_id, k.applied_by;
-- pipeline: select; reader: select

-- One row is what searches and rules may ask of one post, as its newest observations tell.
create view curation.post_facts (
    organization_id,  -- text: The organization.
    post_id,          -- text: The post; refers to scraping.post_records.
    platform,         -- text: Platform, such as linkedin.
    author_username,  -- text: Handle of the author; NULL if not observed.
    post_type,        -- text: regular, quote, repost, video …; NULL if not observed.
    url,              -- text: URL of the post; NULL if not observed.
    text_content,     -- text: Its text; NULL if it has none.
    is_simulated,     -- boolean: Whether it is the sample of a dry run.
    posted_at,        -- timestamptz: When it was published; NULL if that is not known.
    observed_at,      -- timestamptz: Its newest observation.
    language,         -- text: ISO 639-1 code; empty if the text is too short to tell.
    document,         -- tsvector: Its text as search terms.
    age_days,         -- numeric: Days from its publication to its newest observation, so that it does not depend on
                      -- when a rule runs; NULL if the publication is not known.
    profile_tags,     -- text[]: Names of the tags of its author.
    media,            -- text[]: Kinds of its media.
    hashtags,         -- text[]: Hashtags of its newest text, without #.
    reactions,        -- bigint: Reactions of its newest snapshot; NULL if not measured.
    comments,         -- bigint: Comments of its newest snapshot; NULL if not measured.
    shares,           -- bigint: Shares of its newest snapshot; NULL if not measured.
    views,            -- bigint: Views of its newest snapshot; NULL if not measured.
    engagement        -- bigint: Reactions, comments and shares that were measured, added up; NULL if none was.
) with (security_invoker = true) as
select c.organization_id,
    c.post_id,
    c.platform,
    c.author_username,
    c.post_type,
    c.url,
    c.text_content,
    c.is_simulated,
    c.posted_at,
    c.observed_at,
    c.language,
    c.document,
    c.age_days,
    c.profile_tags,
    c.media,
    c.hashtags,
    s.reactions,
    s.comments,
    s.shares,
    s.views,
        case
            when num_nonnulls(s.reactions, s.comments, s.shares) > 0 then coalesce(s.reactions,
                0::bigint) + coalesce(s.comments, 0::bigint) + coalesce(s.shares, 0::bigint)
            else null
        end as engagement
   from curation.post_contents c
     left join lateral ( select n.reactions,
            n.comments,
            n.shares,
            n.views
           from scraping.snapshots n
          where n.organization_id = c.organization_id and n.post_id = c.post_id
          order by n.downloaded_at desc
         limit 1) s on true;
-- pipeline: select; reader: select

-- One row is what searches and rules may ask of one post but its numbers, whose snapshots are looked up for each post.
create view curation.post_contents (
    organization_id,  -- text: The organization.
    post_id,          -- text: The post; refers to scraping.post_records.
    platform,         -- text: Platform, such as linkedin.
    author_username,  -- text: Handle of the author; NULL if not observed.
    post_type,        -- text: regular, quote, repost, video …; NULL if not observed.
    url,              -- text: URL of the post; NULL if not observed.
    text_content,     -- text: Its text; NULL if it has none.
    is_simulated,     -- boolean: Whether it is the sample of a dry run.
    posted_at,        -- timestamptz: When it was published; NULL if that is not known.
    observed_at,      -- timestamptz: Its newest observation.
    language,         -- text: ISO 639-1 code; empty if the text is too short to tell.
    document,         -- tsvector: Its text as search terms.
    age_days,         -- numeric: Days from its publication to its newest observation, so that it does not depend on
                      -- when a rule runs; NULL if the publication is not known.
    profile_tags,     -- text[]: Names of the tags of its author.
    media,            -- text[]: Kinds of its media.
    hashtags          -- text[]: Hashtags of its newest text, without #.
) with (security_invoker = true) as
select p.organization_id,
    p.post_id,
    p.platform,
    p.author_username,
    p.post_type,
    p.url,
    p.text_content,
    p.is_simulated,
    d.posted_at,
    d.observed_at,
    d.language,
    d.document,
    extract(epoch from d.observed_at - d.posted_at) / 86400::numeric as age_days,
    array( select t.tag_name
           from curation.profile_tags pt
             join curation.tags t on t.organization_id = pt.organization_id and t.tag_id = pt.tag_id
          where pt.organization_id = p.organization_id and pt.profile_id = p.profile_id) as profile_tags,
    array( select distinct m.media_type
           from scraping.media_records m
          where m.organization_id = p.organization_id and m.post_id = p.post_id and m.is_current) as media,
    array( select h.hashtag
           from scraping.post_hashtags ph
             join scraping.hashtags h on h.organization_id = ph.organization_id and h.hashtag_id = ph.hashtag_id
          where ph.organization_id = p.organization_id and ph.post_id = p.post_id and ph.is_current) as hashtags
   from curation.post_documents d
     join scraping.post_records p on p.organization_id = d.organization_id and p.post_id = d.post_id;
-- pipeline: select; reader: select

-- Gives a rule the next version when what it says changes.
create function curation.count_rule_version()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    new.version := old.version + 1;
    return new;
end
$$;
-- execute: only its owner

-- Writes what a version of a rule says.
create function curation.keep_rule_version()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    insert into curation.tag_rule_versions (organization_id, rule_id, version, tag_id, filter, text_query, changed_by)
    values (
        new.organization_id, new.rule_id, new.version, new.tag_id, new.filter, new.text_query, tenancy.current_actor()
    );
    return null;
end
$$;
-- execute: only its owner

-- Writes the history of post_tags, once a statement.
create function curation.keep_tag_changes()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    if tg_op = 'INSERT' then
        insert into curation.post_tag_changes
            (organization_id, actor, post_id, tag_id, applied_by, rule_id, rule_version, new_state, confidence, why)
        select organization_id, tenancy.current_actor(), post_id, tag_id, applied_by, rule_id, rule_version, state,
            confidence, why
        from new_rows;
    elsif tg_op = 'UPDATE' then
        if not exists (select from new_rows) then
            return null;
        end if;
        insert into curation.post_tag_changes
            (organization_id, actor, post_id, tag_id, applied_by, rule_id, rule_version, old_state, new_state,
            confidence, why)
        select n.organization_id, tenancy.current_actor(), n.post_id, n.tag_id, n.applied_by, n.rule_id,
            n.rule_version, o.state, n.state, n.confidence, n.why
        from new_rows n
        join old_rows o on o.organization_id = n.organization_id and o.post_tag_id = n.post_tag_id
        where (o.state, o.confidence, o.why, o.rule_version) is distinct from
            (n.state, n.confidence, n.why, n.rule_version);
    elsif exists (select from old_rows) then
        -- Of a post that is erased, nothing is kept.
        insert into curation.post_tag_changes
            (organization_id, actor, post_id, tag_id, applied_by, rule_id, rule_version, old_state, confidence, why)
        select o.organization_id, tenancy.current_actor(), o.post_id, o.tag_id, o.applied_by, o.rule_id,
            o.rule_version, o.state, o.confidence, o.why
        from old_rows o
        join scraping.post_records p on p.organization_id = o.organization_id and p.post_id = o.post_id;
    end if;
    return null;
end
$$;
-- execute: only its owner

-- Refuses to start an action twice, and to change one that has ended: whether an action had its effect may be unknown,
-- and then it must not be done again.
create function curation.check_action_state()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    if not (
        old.state = 'queued' and new.state in ('in_progress', 'cancelled')
        or old.state = 'in_progress' and new.state in ('completed', 'failed', 'cancelled')
    ) then
        raise exception 'An action that is % does not become %', old.state, new.state using errcode = 'check_violation';
    end if;
    return new;
end
$$;
-- execute: only its owner

-- Moves tags, states of persons and actions of a merged post to the post that has its rows.
create function curation.follow_merged_posts()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    -- Of the same tag, the later decision counts; rules and models look at the winner again.
    delete from curation.post_tags w using curation.post_tags l
    where l.organization_id = new.organization_id and l.post_id = new.losing_post_id and l.applied_by = 'user'
        and w.organization_id = new.organization_id and w.post_id = new.winning_post_id and w.applied_by = 'user'
        and w.tag_id = l.tag_id and w.updated_at < l.updated_at;
    update curation.post_tags l set post_id = new.winning_post_id
    where l.organization_id = new.organization_id and l.post_id = new.losing_post_id
        and not exists (
            select from curation.post_tags w
            where w.organization_id = new.organization_id and w.post_id = new.winning_post_id
                and w.tag_id = l.tag_id and w.applied_by = l.applied_by and w.rule_id is not distinct from l.rule_id
        );
    insert into curation.post_user_state as w (organization_id, post_id, person, is_read, is_marked)
    select organization_id, new.winning_post_id, person, is_read, is_marked
    from curation.post_user_state
    where organization_id = new.organization_id and post_id = new.losing_post_id
    on conflict (organization_id, post_id, person) do update set
        is_read = w.is_read or excluded.is_read, is_marked = w.is_marked or excluded.is_marked;
    -- An action that the winner has too is not done twice: that of the losing record ends.
    update curation.actions l set state = 'cancelled', system_notes = 'Its post was merged into one with this action.'
    where l.organization_id = new.organization_id and l.post_id = new.losing_post_id
        and l.state in ('queued', 'in_progress')
        and exists (
            select from curation.actions w
            where w.organization_id = new.organization_id and w.post_id = new.winning_post_id
                and w.action_type = l.action_type and w.account_id is not distinct from l.account_id
                and w.state in ('queued', 'in_progress')
        );
    update curation.actions set post_id = new.winning_post_id
    where organization_id = new.organization_id and post_id = new.losing_post_id;
    return null;
end
$$;
-- execute: only its owner

-- Keeps the flags of a post: whether anybody has read it, whether anybody marked it.
create function curation.show_states_on_post()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    update scraping.post_records p set is_read = s.is_read, is_marked = s.is_marked
    from (
        select
            coalesce(bool_or(u.is_read), false) as is_read,
            coalesce(bool_or(u.is_marked), false) as is_marked
        from curation.post_user_state u
        where u.organization_id = coalesce(new.organization_id, old.organization_id)
            and u.post_id = coalesce(new.post_id, old.post_id)
    ) s
    where p.organization_id = coalesce(new.organization_id, old.organization_id)
        and p.post_id = coalesce(new.post_id, old.post_id)
        and (p.is_read, p.is_marked) is distinct from (s.is_read, s.is_marked);
    return null;
end
$$;
-- execute: only its owner

-- The text search configuration of a language (ISO 639-1): simple, which keeps every word as it is, where the language
-- is not known or has none.
create function curation.text_configuration(language text)
returns regconfig language sql immutable parallel safe
return case language when 'ar' then 'arabic'::regconfig when 'ca' then 'catalan'::regconfig
    when 'da' then 'danish'::regconfig when 'de' then 'german'::regconfig when 'el' then 'greek'::regconfig
    when 'en' then 'english'::regconfig when 'es' then 'spanish'::regconfig when 'fi' then 'finnish'::regconfig
    when 'fr' then 'french'::regconfig when 'hu' then 'hungarian'::regconfig when 'it' then 'italian'::regconfig
    when 'nl' then 'dutch'::regconfig when 'no' then 'norwegian'::regconfig when 'pt' then 'portuguese'::regconfig
    when 'ro' then 'romanian'::regconfig when 'ru' then 'russian'::regconfig when 'sv' then 'swedish'::regconfig
    when 'tr' then 'turkish'::regconfig else 'simple'::regconfig end;
-- pipeline: execute; reader: execute

-- The search terms of a text: its words in the configuration of its language, and terms that are found as they are.
create function curation.search_document(language text, words text, terms text)
returns tsvector language sql immutable parallel safe
return (to_tsvector(curation.text_configuration(language), words) || to_tsvector('simple', terms));
-- pipeline: execute; reader: execute

-- A web search, as the configuration of a language reads it.
create function curation.language_query(language text, query text)
returns tsquery language sql immutable parallel safe
return websearch_to_tsquery(curation.text_configuration(language), query);
-- pipeline: execute; reader: execute

-- A web search that finds what it finds in any language: one condition, which an index answers. What it finds is then
-- compared with the query in the language of the post.
create function curation.any_language_query(query text)
returns tsquery language sql immutable parallel safe set client_min_messages to 'warning'
as $$
    select coalesce(string_agg('(' || q.in_language::text || ')', ' | '), '')::tsquery
    from (
        select distinct curation.language_query(l.language, query) as in_language
        from unnest(
            array[
                '', 'ar', 'ca', 'da', 'de', 'el', 'en', 'es', 'fi', 'fr', 'hu', 'it', 'nl', 'no', 'pt', 'ro', 'ru',
                'sv', 'tr'
            ]
        ) l (language)
    ) q
    where numnode(q.in_language) > 0
$$;
-- pipeline: execute; reader: execute

-- The newest posts of the session's organization that a web search finds. Runs as its owner, who may use the index of
-- documents, which row-level security keeps readers from; it says the organization itself.
create function curation.search_posts(query text, at_most integer default 100)
returns table(post_id text, posted_at timestamptz,
    language text) language plpgsql stable security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    if length(query) > 1000 then
        raise exception 'The text to look for is longer than 1,000 characters: write fewer words.'
        using errcode = 'program_limit_exceeded';
    end if;
    -- Planned with the query itself, so that a frequent word is looked for from the newest post on.
    return query execute '
        select d.post_id, d.posted_at, d.language
        from curation.post_documents d
        where
            d.organization_id = nullif(current_setting(''app.organization_id'', true), '''')
            and d.document @@ curation.any_language_query($1)
            and d.document @@ curation.language_query(d.language, $1)
        order by d.posted_at desc nulls last, d.post_id
        limit $2
    ' using curation.search_query(query), at_most;
end
$$;
-- reader: execute

-- A web search (words, "phrases", or, -without) in which scripts without spaces and hashtags are the terms of texts.
create function curation.search_query(typed text)
returns text language plpgsql immutable parallel safe strict set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    -- Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Han, Hiragana and Katakana.
    unsplit constant text :=
        '\u0e01-\u0e3a\u0e40-\u0edf\u1000-\u109f\u1780-\u17f9\u19e0-\u19ff\u2e80-\u2ef2\u3005\u3007'
        || '\u3021-\u3029\u303b\u3041-\u3096\u309d-\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\u3400-\u4dbf'
        || '\u4e00-\u9fff\ua9e0-\ua9fe\uaa60-\uaa7f\ufa0e-\ufa29\U000116d0-\U000116e3\U00016fe2-\U00016fe3'
        || '\U00016ff0-\U00016ff6\U0001aff0-\U0001b168\U00020000-\U00033479';
    -- Marks that belong to the letter before them, and the dot within words of Katakana.
    marks constant text :=
        '\u0300-\u036f\u0591-\u05c7\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1'
        || '\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f18-\u0f84\u102b-\u109f\u17b4-\u17d3\u20d0-\u20ff\u3099\u309a\u30fb'
        || '\ufe00-\ufe0f\ufe20-\ufe2f';
    -- Vowel signs of Arabic, which most people leave out, and the line that stretches a word.
    optional constant text :=
        '\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed';
    piece text;
    token text[];
    words text;
    terms text;
    result text := '';
    is_quoted boolean;
begin
    for piece in
        select m[1]
        from regexp_matches(
            regexp_replace(normalize(typed, nfkc), '[' || optional || ']', '', 'g'), '("[^"]*"?|[^\s"]+|\s+)', 'g'
        ) as m
    loop
        is_quoted := left(piece, 1) = '"';
        words := '';
        for token in
            select m
            from regexp_matches(
                case when is_quoted then btrim(piece, '"') else piece end,
                '((?<![\w&/#])#[\w' || marks || ']+)|([^#]+|#)', 'g'
            ) as m
        loop
            words := words || coalesce(
                'h' || encode(
                    convert_to(
                        normalize(replace(replace(lower(substr(token[1], 2)), 'ß', 'ss'), 'ς', 'σ'), nfkc), 'UTF8'
                    ),
                    'hex'
                ) || ' ',
                token[2]
            );
        end loop;
        terms := '';
        for token in select m from regexp_matches(words, '([' || unsplit || ']+)|([^' || unsplit || ']+)', 'g') as m
        loop
            if token[1] is null then
                terms := terms || token[2];
                continue;
            end if;
            select
                string_agg(
                    'u' || to_hex(ascii(substr(token[1], n, 1)))
                    || case when length(token[1]) > 1 then 'u' || to_hex(ascii(substr(token[1], n + 1, 1))) else '' end,
                    ' ' order by n
                )
            into words
            from generate_series(1, greatest(length(token[1]) - 1, 1)) as n;
            terms := terms || case when is_quoted then ' ' || words || ' ' else '"' || words || '" ' end;
        end loop;
        if is_quoted then
            terms := '"' || btrim(regexp_replace(terms, '\s+', ' ', 'g')) || '"';
        end if;
        result := result || terms;
    end loop;
    return result;
end
$$;
-- execute: only its owner

create sequence curation.tag_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.profile_tag_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.rule_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.post_tag_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.change_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.action_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence curation.proposed_tag_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
