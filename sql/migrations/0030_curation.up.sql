-- Curation: tags of posts and profiles, the rules that apply them, what each person has read and marked, and actions on
-- posts. The flags that posts had move to the persons who set them.

create schema curation authorization syndication_owner;

set local role syndication_owner;

grant usage on schema curation to syndication_pipeline, syndication_reader;

create sequence curation.tag_id_sequence as bigint maxvalue 4294967295;
create sequence curation.profile_tag_id_sequence as bigint maxvalue 4294967295;
create sequence curation.rule_id_sequence as bigint maxvalue 4294967295;
create sequence curation.post_tag_id_sequence as bigint maxvalue 4294967295;
create sequence curation.change_id_sequence as bigint maxvalue 4294967295;
create sequence curation.action_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema curation to syndication_pipeline;

create type curation.tag_source as enum ('user', 'rule', 'ai');

comment on type curation.tag_source is
'Who says whether a post has a tag. The first value outranks those after it.
user: a person decided
rule: a rule matches
ai: a language model classified the text';

create type curation.tag_state as enum ('applied', 'suggested', 'removed');

comment on type curation.tag_state is
'What a source says of a tag.
applied: the post has it
suggested: the post may have it, and a person decides
removed: the post does not have it, whatever rules or models say';

create table curation.tags (
    organization_id text not null references tenancy.organizations on delete cascade,
    tag_id text not null default tenancy.public_id('tag', nextval('curation.tag_id_sequence'))
    check (tag_id ~ '^tag-[0-9a-f]{8}$'),
    tag_name text not null check (tag_name = lower(btrim(tag_name)) and tag_name <> ''),
    description text,
    color text not null default 'cyan'
    check (color in ('red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, tag_id),
    unique (organization_id, tag_name)
);

comment on table curation.tags is 'One row is one tag. User-maintained.';
comment on column curation.tags.tag_id is 'Public id, such as tag-0a1b2c3d.';
comment on column curation.tags.tag_name is 'The name in lower case.';
comment on column curation.tags.description is 'What the tag is for; NULL if nobody said.';
comment on column curation.tags.color is 'Color in a terminal.';

create table curation.profile_tags (
    organization_id text not null,
    profile_tag_id text not null default tenancy.public_id('pft', nextval('curation.profile_tag_id_sequence'))
    check (profile_tag_id ~ '^pft-[0-9a-f]{8}$'),
    profile_id text not null,
    tag_id text not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, profile_tag_id),
    unique (organization_id, profile_id, tag_id),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade,
    foreign key (organization_id, tag_id) references curation.tags on delete cascade
);

comment on table curation.profile_tags is 'One row gives one profile one tag. User-maintained.';
comment on column curation.profile_tags.profile_tag_id is 'Public id, such as pft-0a1b2c3d.';
comment on column curation.profile_tags.profile_id is 'The profile; refers to scraping.profiles.';
comment on column curation.profile_tags.tag_id is 'The tag; refers to tags.';

create index profile_tags_tag on curation.profile_tags (organization_id, tag_id);

create table curation.tag_rules (
    organization_id text not null,
    rule_id text not null default tenancy.public_id('trl', nextval('curation.rule_id_sequence'))
    check (rule_id ~ '^trl-[0-9a-f]{8}$'),
    rule_name text not null check (rule_name <> ''),
    tag_id text not null,
    filter jsonb not null default '{}' check (jsonb_typeof(filter) = 'object'),
    text_query text check (text_query <> ''),
    is_active boolean not null default true,
    version integer not null default 1 check (version >= 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, rule_id),
    unique (organization_id, rule_name),
    foreign key (organization_id, tag_id) references curation.tags on delete cascade,
    check (filter <> '{}' or text_query is not null)
);

comment on table curation.tag_rules is
'One row is one rule: every post that meets it gets the tag, unless a person decided otherwise. User-maintained.';
comment on column curation.tag_rules.rule_id is 'Public id, such as trl-0a1b2c3d.';
comment on column curation.tag_rules.rule_name is 'Name for people.';
comment on column curation.tag_rules.tag_id is 'The tag that it gives; refers to tags.';
comment on column curation.tag_rules.filter is
'Conditions that a post must all meet, such as {"platforms": ["linkedin"], "minimum_reactions": 10}.';
comment on column curation.tag_rules.text_query is
'What the text must contain, as in a web search: words, "phrases", or, -without; NULL if any text will do.';
comment on column curation.tag_rules.is_active is 'False: it gives no tag, and what it gave goes with the next run.';
comment on column curation.tag_rules.version is 'Counts the changes of tag, filter and text query.';

create index tag_rules_tag on curation.tag_rules (organization_id, tag_id);

create table curation.tag_rule_versions (
    organization_id text not null,
    rule_id text not null,
    version integer not null,
    tag_id text not null,
    filter jsonb not null,
    text_query text,
    changed_by text not null,
    changed_at timestamptz not null default now(),
    primary key (organization_id, rule_id, version),
    foreign key (organization_id, rule_id) references curation.tag_rules on delete cascade
);

comment on table curation.tag_rule_versions is
'One row is what one version of a rule says. A trigger adds it; it never changes.';
comment on column curation.tag_rule_versions.rule_id is 'The rule; refers to tag_rules.';
comment on column curation.tag_rule_versions.version is 'From 1.';
comment on column curation.tag_rule_versions.tag_id is 'The tag that it gave.';
comment on column curation.tag_rule_versions.filter is 'Its conditions.';
comment on column curation.tag_rule_versions.text_query is 'Its text query; NULL if it had none.';
comment on column curation.tag_rule_versions.changed_by is 'Who wrote it: tenancy.current_actor().';
comment on column curation.tag_rule_versions.changed_at is 'When it was written.';

create function curation.count_rule_version()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.version := old.version + 1;
    return new;
end
$$;

comment on function curation.count_rule_version is 'Gives a rule the next version when what it says changes.';

create function curation.keep_rule_version()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into curation.tag_rule_versions (organization_id, rule_id, version, tag_id, filter, text_query, changed_by)
    values (
        new.organization_id, new.rule_id, new.version, new.tag_id, new.filter, new.text_query, tenancy.current_actor()
    );
    return null;
end
$$;

comment on function curation.keep_rule_version is 'Writes what a version of a rule says.';

create trigger tag_rules_version before update on curation.tag_rules
for each row when (
    old.tag_id is distinct from new.tag_id
    or old.filter is distinct from new.filter
    or old.text_query is distinct from new.text_query
)
execute function curation.count_rule_version();
create trigger tag_rules_first_version after insert on curation.tag_rules
for each row execute function curation.keep_rule_version();
create trigger tag_rules_next_version after update on curation.tag_rules
for each row when (old.version <> new.version) execute function curation.keep_rule_version();

create table curation.post_tags (
    organization_id text not null,
    post_tag_id text not null default tenancy.public_id('ptg', nextval('curation.post_tag_id_sequence'))
    check (post_tag_id ~ '^ptg-[0-9a-f]{8}$'),
    post_id text not null,
    tag_id text not null,
    applied_by curation.tag_source not null,
    rule_id text,
    rule_version integer,
    state curation.tag_state not null default 'applied',
    confidence real not null check (confidence between 0 and 1),
    why text,
    decided_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_tag_id),
    unique nulls not distinct (organization_id, post_id, tag_id, applied_by, rule_id),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    foreign key (organization_id, tag_id) references curation.tags on delete cascade,
    foreign key (organization_id, rule_id) references curation.tag_rules on delete cascade,
    check ((applied_by = 'rule') = (rule_id is not null)),
    check ((rule_id is null) = (rule_version is null)),
    check ((applied_by = 'user') = (decided_by is not null)),
    check (applied_by <> 'rule' or state = 'applied')
);

comment on table curation.post_tags is
'One row is what one source says of one tag of one post: a person, a rule or a model. None writes the row of another, '
'so a decision of a person stays whatever rules and models find later; current_post_tags has what counts. '
'User-maintained.';
comment on column curation.post_tags.post_tag_id is 'Public id, such as ptg-0a1b2c3d.';
comment on column curation.post_tags.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_tags.tag_id is 'The tag; refers to tags.';
comment on column curation.post_tags.applied_by is 'The source.';
comment on column curation.post_tags.rule_id is 'The rule; NULL for other sources.';
comment on column curation.post_tags.rule_version is 'Version of the rule that matched; NULL for other sources.';
comment on column curation.post_tags.state is 'What the source says.';
comment on column curation.post_tags.confidence is 'From 0 to 1. What a person decides and what a rule finds is 1.';
comment on column curation.post_tags.why is 'The reason, for people; NULL if none was given.';
comment on column curation.post_tags.decided_by is
'The person: a user''s id, or a login where there are no users; NULL for other sources.';

create index post_tags_tag on curation.post_tags (organization_id, tag_id, post_id);
create index post_tags_rule on curation.post_tags (organization_id, rule_id, post_id) where rule_id is not null;

create view curation.current_post_tags with (security_invoker = true) as
select distinct on (t.organization_id, t.post_id, t.tag_id)
    t.organization_id,
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
order by
    t.organization_id asc, t.post_id asc, t.tag_id asc, t.applied_by asc, t.confidence desc, t.rule_id asc;

comment on view curation.current_post_tags is
'One row is what counts of one tag of one post: what a person decided, else a rule, else a model.';
comment on column curation.current_post_tags.organization_id is 'The organization.';
comment on column curation.current_post_tags.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.current_post_tags.tag_id is 'The tag; refers to tags.';
comment on column curation.current_post_tags.tag_name is 'Name of the tag.';
comment on column curation.current_post_tags.post_tag_id is 'The row of post_tags that counts.';
comment on column curation.current_post_tags.applied_by is 'Its source.';
comment on column curation.current_post_tags.rule_id is 'Its rule; NULL for other sources.';
comment on column curation.current_post_tags.state is 'What it says.';
comment on column curation.current_post_tags.confidence is 'From 0 to 1.';
comment on column curation.current_post_tags.why is 'The reason; NULL if none was given.';
comment on column curation.current_post_tags.decided_by is 'The person; NULL for other sources.';
comment on column curation.current_post_tags.updated_at is 'When the row was last changed.';

create view curation.tag_agreement with (security_invoker = true) as
select
    g.organization_id,
    g.tag_id,
    k.applied_by,
    count(u.state) as decided_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied')) as agreed_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied'))::numeric
    / nullif(count(u.state), 0) as agreement
from curation.tags g
cross join (values ('rule'::curation.tag_source), ('ai')) k (applied_by)
left join (
    select distinct on (t.organization_id, t.post_id, t.tag_id, t.applied_by)
        t.organization_id,
        t.post_id,
        t.tag_id,
        t.applied_by,
        t.state
    from curation.post_tags t
    join curation.tags o on o.organization_id = t.organization_id and o.tag_id = t.tag_id
    where t.applied_by <> 'user'
    order by t.organization_id asc, t.post_id asc, t.tag_id asc, t.applied_by asc, t.confidence desc, t.rule_id asc
) s on s.organization_id = g.organization_id and s.tag_id = g.tag_id and s.applied_by = k.applied_by
left join curation.post_tags u
    on u.organization_id = s.organization_id and u.post_id = s.post_id and u.tag_id = s.tag_id
    and u.applied_by = 'user'
group by g.organization_id, g.tag_id, k.applied_by;

comment on view curation.tag_agreement is
'One row is one tag and one kind of source: of the posts on which a person decided too, how many times both said the '
'same. A suggestion counts as saying that the post has the tag.';
comment on column curation.tag_agreement.organization_id is 'The organization.';
comment on column curation.tag_agreement.tag_id is 'The tag; refers to tags.';
comment on column curation.tag_agreement.applied_by is 'rule or ai.';
comment on column curation.tag_agreement.decided_posts is 'Posts on which both the source and a person spoke.';
comment on column curation.tag_agreement.agreed_posts is 'Of these, the posts on which both said the same.';
comment on column curation.tag_agreement.agreement is 'agreed_posts / decided_posts; NULL if there are none.';

create table curation.post_tag_changes (
    organization_id text not null references tenancy.organizations on delete cascade,
    change_id text not null default tenancy.public_id('ptc', nextval('curation.change_id_sequence'))
    check (change_id ~ '^ptc-[0-9a-f]{8}$'),
    changed_at timestamptz not null default now(),
    actor text not null,
    post_id text not null,
    tag_id text not null,
    applied_by curation.tag_source not null,
    rule_id text,
    rule_version integer,
    old_state curation.tag_state,
    new_state curation.tag_state,
    confidence real not null,
    why text,
    primary key (organization_id, change_id),
    check (num_nonnulls(old_state, new_state) > 0)
);

comment on table curation.post_tag_changes is
'One row is one change of what a source says of a tag of a post: the history of post_tags, which triggers write.';
comment on column curation.post_tag_changes.change_id is 'Public id, such as ptc-0a1b2c3d.';
comment on column curation.post_tag_changes.changed_at is 'When the transaction of the change began.';
comment on column curation.post_tag_changes.actor is 'Who made the change: tenancy.current_actor().';
comment on column curation.post_tag_changes.post_id is 'The post, which may be gone.';
comment on column curation.post_tag_changes.tag_id is 'The tag, which may be gone.';
comment on column curation.post_tag_changes.applied_by is 'The source.';
comment on column curation.post_tag_changes.rule_id is 'The rule, which may be gone; NULL for other sources.';
comment on column curation.post_tag_changes.rule_version is 'Version of the rule; NULL for other sources.';
comment on column curation.post_tag_changes.old_state is 'What the source said before; NULL if it said nothing.';
comment on column curation.post_tag_changes.new_state is 'What it says now; NULL if it says nothing any more.';
comment on column curation.post_tag_changes.confidence is 'From 0 to 1.';
comment on column curation.post_tag_changes.why is 'The reason; NULL if none was given.';

create index post_tag_changes_post on curation.post_tag_changes (organization_id, post_id, changed_at);

create function curation.keep_tag_changes()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function curation.keep_tag_changes is 'Writes the history of post_tags, once a statement.';

create trigger post_tags_inserted after insert on curation.post_tags
referencing new table as new_rows for each statement execute function curation.keep_tag_changes();
create trigger post_tags_updated after update on curation.post_tags
referencing old table as old_rows new table as new_rows for each statement
execute function curation.keep_tag_changes();
create trigger post_tags_deleted after delete on curation.post_tags
referencing old table as old_rows for each statement execute function curation.keep_tag_changes();

create table curation.post_user_state (
    organization_id text not null,
    post_id text not null,
    person text not null check (person <> ''),
    is_read boolean not null default false,
    is_marked boolean not null default false,
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id, person),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
);

comment on table curation.post_user_state is
'One row is what one person has done with one post: read it, marked it. Without a row, neither. User-maintained.';
comment on column curation.post_user_state.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_user_state.person is
'A user''s id, or a login where there are no users. Of a flag that was set before persons had their own, whom the '
'audit log names, else unknown.';
comment on column curation.post_user_state.is_read is 'Whether the person has read it.';
comment on column curation.post_user_state.is_marked is 'Whether the person marked it.';

create index post_user_state_marked on curation.post_user_state (organization_id, person) where is_marked;

create type curation.action_state as enum ('queued', 'in_progress', 'completed', 'failed', 'cancelled');

comment on type curation.action_state is
'How far an action has come.
queued: it waits for its time and for somebody who starts it
in_progress: it was started, and may have had its effect
completed: it had its effect
failed: it had none
cancelled: nobody does it';

create table curation.action_types (
    action_type text primary key check (action_type ~ '^[a-z]+$'),
    parameters_schema jsonb not null check (jsonb_typeof(parameters_schema) = 'object'),
    description text not null check (description <> '')
);

comment on table curation.action_types is 'One row is one kind of action on a post.';
comment on column curation.action_types.action_type is 'Name, such as comment.';
comment on column curation.action_types.parameters_schema is 'JSON Schema of its parameters.';
comment on column curation.action_types.description is 'What a person does.';

insert into curation.action_types (action_type, parameters_schema, description) values
(
    'autoreact',
    '{"type": "object", "additionalProperties": false, "required": ["reaction"], "properties": {"reaction": {"enum": '
    '["like", "celebrate", "support", "love", "insightful", "funny"]}}}',
    'React to the post.'
),
(
    'comment',
    '{"type": "object", "additionalProperties": false, "required": ["text"], "properties": {"text": {"type": "string", '
    '"minLength": 1, "maxLength": 3000}}}',
    'Comment on the post.'
),
('save', '{"type": "object", "additionalProperties": false}', 'Save the post on its platform.'),
('bookmark', '{"type": "object", "additionalProperties": false}', 'Bookmark the post in the browser.'),
(
    'share',
    '{"type": "object", "additionalProperties": false, "properties": {"to": {"type": "string", "minLength": 1}}}',
    'Send the post to somebody.'
),
(
    'repost',
    '{"type": "object", "additionalProperties": false, "properties": {"text": {"type": "string", "minLength": 1, '
    '"maxLength": 3000}}}',
    'Repost the post, with thoughts of your own if there is a text.'
);

grant select on curation.action_types to syndication_pipeline, syndication_reader;

create table curation.executor_consents (
    organization_id text not null references tenancy.organizations on delete cascade,
    executor text not null check (executor ~ '^[a-z_]+$' and executor not in ('manual', 'dry_run')),
    why text not null check (why <> ''),
    given_by text not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, executor)
);

comment on table curation.executor_consents is
'One row lets one executor act on a platform for the organization, whose terms may forbid it. Without it, actions are '
'done by hand. User-maintained.';
comment on column curation.executor_consents.executor is 'Name of the executor.';
comment on column curation.executor_consents.why is 'Why the organization may, such as a contract with the platform.';
comment on column curation.executor_consents.given_by is 'Who signed it on: tenancy.current_actor().';

create table curation.actions (
    organization_id text not null,
    action_id text not null default tenancy.public_id('act', nextval('curation.action_id_sequence'))
    check (action_id ~ '^act-[0-9a-f]{8}$'),
    post_id text not null,
    account_id text,
    action_type text not null references curation.action_types,
    parameters jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object'),
    state curation.action_state not null default 'queued',
    priority integer not null default 0,
    scheduled_for timestamptz,
    executor text not null default 'manual' check (executor ~ '^[a-z_]+$'),
    queued_by text not null,
    started_at timestamptz,
    executed_at timestamptz,
    user_notes text,
    system_notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, action_id),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    foreign key (organization_id, account_id) references channels.social_accounts,
    check ((executed_at is not null) = (state in ('completed', 'failed'))),
    check (state = 'queued' or state = 'cancelled' or started_at is not null)
);

comment on table curation.actions is
'One row is one thing to do with one post, once, as one account. User-maintained. A trigger lets only these changes of '
'its state pass: queued to in_progress or cancelled, in_progress to completed, failed or cancelled.';
comment on column curation.actions.action_id is 'Public id, such as act-0a1b2c3d.';
comment on column curation.actions.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.actions.account_id is
'As which of the organization''s accounts; NULL if whoever does it uses their own.';
comment on column curation.actions.action_type is 'What to do; refers to action_types.';
comment on column curation.actions.parameters is 'How, as the JSON Schema of the type says.';
comment on column curation.actions.state is 'How far it has come.';
comment on column curation.actions.priority is 'The highest comes first.';
comment on column curation.actions.scheduled_for is 'Not before this time; NULL: as soon as possible.';
comment on column curation.actions.executor is 'manual: a person does it. dry_run: nothing is done.';
comment on column curation.actions.queued_by is 'Who queued it: a user''s id, or a login where there are no users.';
comment on column curation.actions.started_at is 'When it was started; NULL if it was not.';
comment on column curation.actions.executed_at is 'When it was completed or failed; NULL before.';
comment on column curation.actions.user_notes is 'Why, in the words of a person; NULL if nobody said.';
comment on column curation.actions.system_notes is 'What came of it: the outcome or the error; NULL if there is none.';

create unique index actions_live on curation.actions (organization_id, post_id, action_type, account_id)
nulls not distinct where state in ('queued', 'in_progress');
create index actions_queue on curation.actions (organization_id, priority desc, scheduled_for, action_id)
where state = 'queued';
create index actions_post on curation.actions (organization_id, post_id);
create index actions_account on curation.actions (organization_id, account_id);
create index actions_type on curation.actions (action_type);

create function curation.check_action_state()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function curation.check_action_state is
'Refuses to start an action twice, and to change one that has ended: whether an action had its effect may be unknown, '
'and then it must not be done again.';

create trigger actions_state before update of state on curation.actions
for each row when (old.state <> new.state) execute function curation.check_action_state();

select tenancy.protect_tenant_table('curation.tags');
select tenancy.protect_tenant_table('curation.profile_tags');
select tenancy.protect_tenant_table('curation.tag_rules');
select tenancy.protect_tenant_table('curation.tag_rule_versions');
select tenancy.protect_tenant_table('curation.post_tags');
select tenancy.protect_tenant_table('curation.post_tag_changes');
select tenancy.protect_tenant_table('curation.post_user_state');
select tenancy.protect_tenant_table('curation.executor_consents');
select tenancy.protect_tenant_table('curation.actions');
grant select on curation.current_post_tags, curation.tag_agreement to syndication_pipeline, syndication_reader;

create trigger tags_updated_at before update on curation.tags
for each row execute function tenancy.set_updated_at();
create trigger tag_rules_updated_at before update on curation.tag_rules
for each row execute function tenancy.set_updated_at();
create trigger post_tags_updated_at before update on curation.post_tags
for each row execute function tenancy.set_updated_at();
create trigger post_user_state_updated_at before update on curation.post_user_state
for each row execute function tenancy.set_updated_at();
create trigger actions_updated_at before update on curation.actions
for each row execute function tenancy.set_updated_at();

create trigger tags_audit after insert or update or delete on curation.tags
for each row execute function tenancy.write_audit_log();
create trigger profile_tags_audit after insert or update or delete on curation.profile_tags
for each row execute function tenancy.write_audit_log();
create trigger tag_rules_audit after insert or update or delete on curation.tag_rules
for each row execute function tenancy.write_audit_log('filter');
-- What rules and models find is in post_tag_changes.
create trigger post_tags_decided_audit after insert or update on curation.post_tags
for each row when (new.applied_by = 'user') execute function tenancy.write_audit_log();
create trigger post_tags_withdrawn_audit after delete on curation.post_tags
for each row when (old.applied_by = 'user') execute function tenancy.write_audit_log();
create trigger post_user_state_audit after insert or update or delete on curation.post_user_state
for each row execute function tenancy.write_audit_log();
create trigger executor_consents_audit after insert or update or delete on curation.executor_consents
for each row execute function tenancy.write_audit_log();
create trigger actions_audit after insert or update or delete on curation.actions
for each row execute function tenancy.write_audit_log();

-- Of two records of one post, the winner gets what people decided on the other.
create function curation.follow_merged_posts()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function curation.follow_merged_posts is
'Moves tags, states of persons and actions of a merged post to the post that has its rows.';

create trigger merged_posts_curation after insert on scraping.merged_posts
for each row execute function curation.follow_merged_posts();

-- The flags of posts are those of persons: each was set by whom the audit log names.
set local role syndication_pipeline;

insert into curation.post_user_state (organization_id, post_id, person, is_read, is_marked)
select
    p.organization_id,
    p.post_id,
    coalesce(
        (
            select a.actor from tenancy.audit_log a
            where a.organization_id = p.organization_id and a.table_name = 'scraping.post_records'
                and a.row_key ->> 'post_id' = p.post_id
            order by a.occurred_at desc limit 1
        ),
        'unknown'
    ),
    p.is_read,
    p.is_marked
from scraping.post_records p
where p.is_read or p.is_marked;

set local role syndication_owner;

create function curation.show_states_on_post()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
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

comment on function curation.show_states_on_post is
'Keeps the flags of a post: whether anybody has read it, whether anybody marked it.';

create trigger post_user_state_shown after insert or delete or update of is_read, is_marked on curation.post_user_state
for each row execute function curation.show_states_on_post();

-- What a person does is logged with the person's state; flags that are set on a post itself still are.
drop trigger post_records_audit on scraping.post_records;
create trigger post_records_audit after update of is_read, is_marked on scraping.post_records
for each row when (
    pg_trigger_depth() = 0 and (old.is_read, old.is_marked) is distinct from (new.is_read, new.is_marked)
)
execute function tenancy.write_audit_log('urn', 'full_urn', 'author_username', 'text_content', 'article', 'url');

comment on column scraping.post_records.is_read is
'Whether anybody has read the post. curation.post_user_state says who, and keeps it so.';
comment on column scraping.post_records.is_marked is
'Whether anybody marked the post. curation.post_user_state says who, and keeps it so.';
alter table tenancy.role_permissions disable trigger user;
insert into tenancy.permissions (permission, description) values
('posts.read', 'Mark posts as read, and mark them.'),
('posts.tag', 'Decide on the tags of posts.'),
('tags.edit', 'Add, change and remove tags, tag rules and tags of profiles, and run rules.'),
('actions.edit', 'Queue actions on posts, do them, and cancel them.'),
('executors.edit', 'Let an executor act on a platform.');
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    g.permission
from (
    values
    ('posts.read', 'viewer'::tenancy.member_role),
    ('posts.tag', 'member'),
    ('tags.edit', 'editor'),
    ('actions.edit', 'editor'),
    ('executors.edit', 'admin')
) as g (permission, least_role)
inner join unnest(enum_range(null::tenancy.member_role)) as r (role) on g.least_role <= r.role;
alter table tenancy.role_permissions enable trigger user;
