-- AI: the log of requests to language models.

create schema ai authorization syndication_owner;

set local role syndication_owner;

grant usage on schema ai to syndication_pipeline, syndication_reader;

create sequence ai.call_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema ai to syndication_pipeline;

create table ai.llm_calls (
    organization_id text not null references tenancy.organizations on delete cascade,
    call_id text not null default tenancy.public_id('llm', nextval('ai.call_id_sequence'))
        check (call_id ~ '^llm-[0-9a-f]{8}$'),
    post_core_id text,
    variation integer,
    attempt integer not null check (attempt > 0),
    model text not null,
    prompt text not null,
    response text,
    error_message text,
    usage_id text,
    called_at timestamptz not null default now(),
    primary key (organization_id, call_id),
    foreign key (organization_id, post_core_id) references content.posts_core on delete cascade,
    check (num_nonnulls(response, error_message) = 1)
);

create index llm_calls_post on ai.llm_calls (organization_id, post_core_id) where post_core_id is not null;

comment on table ai.llm_calls is
'One row is one request to a language model, with its answer or its error. Its cost is in operations.api_usage.';
comment on column ai.llm_calls.call_id is 'Public id, such as llm-0a1b2c3d.';
comment on column ai.llm_calls.post_core_id is 'Post that the text was requested for; NULL for other requests.';
comment on column ai.llm_calls.variation is 'Variation of the post; NULL for other requests.';
comment on column ai.llm_calls.attempt is
'Counts from 1; later attempts contain the reasons why the previous answer was rejected. A retried request keeps its '
'number.';
comment on column ai.llm_calls.model is 'Name of the model.';
comment on column ai.llm_calls.prompt is 'All messages of the request, each with its role.';
comment on column ai.llm_calls.response is 'Answer of the model; NULL after an error.';
comment on column ai.llm_calls.error_message is 'Kind and message of the error; NULL after an answer.';
comment on column ai.llm_calls.usage_id is 'Row with usage and cost in operations.api_usage.';
comment on column ai.llm_calls.called_at is 'When the request was made.';

select tenancy.protect_tenant_table('ai.llm_calls');
