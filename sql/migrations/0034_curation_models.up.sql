-- Tags by language models: what a model answered about each post, from which list of tags, and from which confidence on
-- a tag counts.

set local role syndication_owner;

alter table ai.llm_calls add column post_ids text[];
comment on column ai.llm_calls.post_ids is
'Posts of scraping.post_records that the request was about; NULL for other requests.';

comment on column operations.execution_history.process is
'The work: fetching, selecting, writing, checking, approving, planning, publishing, tagging.';

create sequence curation.proposed_tag_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence curation.proposed_tag_id_sequence to syndication_pipeline;

alter table curation.tags
add column is_for_models boolean not null default false,
add column model_threshold numeric(4, 3) check (model_threshold between 0 and 1);
comment on column curation.tags.is_for_models is 'Whether a language model may give it to posts.';
comment on column curation.tags.model_threshold is
'From which confidence of a model on posts have it; below, it is a suggestion. NULL: as model_tagging says.';

create table curation.model_tagging (
    organization_id text primary key references tenancy.organizations on delete cascade,
    threshold numeric(4, 3) not null default 0.8 check (threshold between 0 and 1),
    posts_a_run integer not null default 500 check (posts_a_run > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table curation.model_tagging is
'One row is how language models tag the posts of an organization; without a row, the defaults hold. User-maintained.';
comment on column curation.model_tagging.threshold is
'From which confidence on posts have a tag that has no threshold of its own; below, it is a suggestion.';
comment on column curation.model_tagging.posts_a_run is
'About how many posts a run asks at most; the newest come first, the others wait for the next run.';

create table curation.tag_lists (
    organization_id text not null references tenancy.organizations on delete cascade,
    tag_list_version integer not null check (tag_list_version > 0),
    tags jsonb not null check (jsonb_typeof(tags) = 'array'),
    created_at timestamptz not null default now(),
    primary key (organization_id, tag_list_version)
);

comment on table curation.tag_lists is
'One row is one list of tags from which models chose. A list that is not there yet gets the next version.';
comment on column curation.tag_lists.tag_list_version is 'From 1.';
comment on column curation.tag_lists.tags is
'Its tags, sorted by name: [{"tag_id": …, "name": …, "description": …}].';

create unique index tag_lists_tags on curation.tag_lists (organization_id, md5(tags::text));

create type curation.classification_state as enum ('answered', 'parked', 'waiting');
comment on type curation.classification_state is
'What became of the question about a post.
answered: the model said which tags the post has
parked: the model gave no usable answer about it; `syndication tag retry` makes it wait again
waiting: a person wants it asked again';

create table curation.post_classifications (
    organization_id text not null,
    post_id text not null,
    model text not null check (model <> ''),
    prompt_version integer not null check (prompt_version > 0),
    tag_list_version integer not null,
    text_hash bytea not null check (length(text_hash) = 16),
    state curation.classification_state not null,
    is_current boolean not null default false,
    tags jsonb not null default '[]' check (jsonb_typeof(tags) = 'array'),
    proposed_names text[] not null default '{}',
    reason text check (reason <> ''),
    usage_id text,
    asked_at timestamptz not null,
    primary key (organization_id, post_id, model, prompt_version, tag_list_version, text_hash),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    foreign key (organization_id, tag_list_version) references curation.tag_lists on delete cascade,
    check ((state = 'parked') = (reason is not null)),
    check (not is_current or state = 'answered')
);

comment on table curation.post_classifications is
'One row is what one model answered about one text of one post: it is asked once for each text, version of the prompt '
'and list of tags. Which tags follow from it is in post_tags.';
comment on column curation.post_classifications.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_classifications.model is
'Name of the model; simulated if none was asked, as in the demo.';
comment on column curation.post_classifications.prompt_version is 'Version of the instructions.';
comment on column curation.post_classifications.tag_list_version is
'The list of tags from which it chose; refers to tag_lists.';
comment on column curation.post_classifications.text_hash is 'MD5 of the text, as in post_documents.';
comment on column curation.post_classifications.state is 'What became of the question.';
comment on column curation.post_classifications.is_current is
'Whether its tags are those that a model gives the post: one answer of a post is current.';
comment on column curation.post_classifications.tags is
'What the model found: [{"tag_id": …, "confidence": from 0 to 1, "why": …}]. Thresholds are applied later.';
comment on column curation.post_classifications.proposed_names is
'Tags that are not in the list and that the model would give.';
comment on column curation.post_classifications.reason is 'Why there is no answer; NULL if the post is not parked.';
comment on column curation.post_classifications.usage_id is
'The request in operations.api_usage and ai.llm_calls; NULL if none was paid for.';
comment on column curation.post_classifications.asked_at is 'When the answer was read.';

create unique index post_classifications_current on curation.post_classifications (organization_id, post_id)
where is_current;
create index post_classifications_tag_list
on curation.post_classifications (organization_id, tag_list_version);

create table curation.proposed_tags (
    organization_id text not null,
    proposed_tag_id text not null default tenancy.public_id('tpr', nextval('curation.proposed_tag_id_sequence'))
    check (proposed_tag_id ~ '^tpr-[0-9a-f]{8}$'),
    tag_name text not null check (tag_name = lower(btrim(tag_name)) and tag_name <> ''),
    post_id text not null,
    is_rejected boolean not null default false,
    decided_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, proposed_tag_id),
    unique (organization_id, tag_name),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    check (is_rejected = (decided_by is not null))
);

comment on table curation.proposed_tags is
'One row is one new tag that a model proposed. It is no tag until a person accepts it, which removes the row. '
'User-maintained.';
comment on column curation.proposed_tags.proposed_tag_id is 'Public id, such as tpr-0a1b2c3d.';
comment on column curation.proposed_tags.tag_name is 'The proposed name, in lower case.';
comment on column curation.proposed_tags.post_id is
'The first post that it was proposed for; refers to scraping.post_records.';
comment on column curation.proposed_tags.is_rejected is 'Whether a person does not want it: it is not shown again.';
comment on column curation.proposed_tags.decided_by is
'Who rejected it: a user''s id, or a login where there are no users; NULL if nobody did.';

create index proposed_tags_post on curation.proposed_tags (organization_id, post_id);

create trigger model_tagging_updated_at before update on curation.model_tagging
for each row execute function tenancy.set_updated_at();
create trigger proposed_tags_updated_at before update on curation.proposed_tags
for each row execute function tenancy.set_updated_at();

create trigger model_tagging_audit after insert or update or delete on curation.model_tagging
for each row execute function tenancy.write_audit_log();
-- What models propose is no decision.
create trigger proposed_tags_audit after update on curation.proposed_tags
for each row execute function tenancy.write_audit_log('tag_name');
create trigger post_classifications_audit after update of state on curation.post_classifications
for each row when (new.state = 'waiting')
execute function tenancy.write_audit_log('tags', 'proposed_names', 'reason', 'text_hash');

create or replace view curation.tag_agreement with (security_invoker = true) as
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
    (
        select distinct on (t.organization_id, t.post_id, t.tag_id, t.applied_by)
            t.organization_id,
            t.post_id,
            t.tag_id,
            t.applied_by,
            t.state
        from curation.post_tags t
        join curation.tags o on o.organization_id = t.organization_id and o.tag_id = t.tag_id
        where t.applied_by <> 'user'
        order by
            t.organization_id asc, t.post_id asc, t.tag_id asc, t.applied_by asc, t.confidence desc, t.rule_id asc
    )
    union all
    -- A model that chose from a list with the tag, and did not give it, said that the post does not have it.
    select
        t.organization_id,
        t.post_id,
        t.tag_id,
        'ai',
        'removed'
    from curation.post_tags t
    join curation.post_classifications c
        on c.organization_id = t.organization_id and c.post_id = t.post_id and c.is_current
    join curation.tag_lists l
        on l.organization_id = c.organization_id and l.tag_list_version = c.tag_list_version
    where
        t.applied_by = 'user'
        and l.tags @> jsonb_build_array(jsonb_build_object('tag_id', t.tag_id))
        and not exists (
            select from curation.post_tags m
            where m.organization_id = t.organization_id and m.post_id = t.post_id and m.tag_id = t.tag_id
                and m.applied_by = 'ai'
        )
) s on s.organization_id = g.organization_id and s.tag_id = g.tag_id and s.applied_by = k.applied_by
left join curation.post_tags u
    on u.organization_id = s.organization_id and u.post_id = s.post_id and u.tag_id = s.tag_id
    and u.applied_by = 'user'
group by g.organization_id, g.tag_id, k.applied_by;

comment on view curation.tag_agreement is
'One row is one tag and one kind of source: of the posts on which a person decided too, how many times both said the '
'same. A suggestion counts as saying that the post has the tag, and a tag that a model was offered and did not give as '
'saying that it does not.';

select tenancy.protect_tenant_table('curation.model_tagging');
select tenancy.protect_tenant_table('curation.tag_lists');
select tenancy.protect_tenant_table('curation.post_classifications');
select tenancy.protect_tenant_table('curation.proposed_tags');
