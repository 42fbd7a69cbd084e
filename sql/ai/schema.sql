-- The schema of the room `ai`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema ai authorization syndication_owner;  -- pipeline: usage; reader: usage

-- One row is one request to a language model, with its answer or its error. Its cost is in operations.api_usage.
create table ai.llm_calls (
    organization_id text not null,                 -- Organization that owns the row: first column of every key, and
                                                   -- checked by row-level security.
    call_id text not null default tenancy.public_id('llm', nextval('ai.call_id_sequence')),
                                                   -- Public id, such as llm-0a1b2c3d.
    post_core_id text,                             -- Post that the text was requested for; NULL for other requests.
    variation integer,                             -- Variation of the post; NULL for other requests.
    attempt integer not null,                      -- Counts from 1; later attempts contain the reasons why the previous
                                                   -- answer was rejected. A retried request keeps its number.
    model text not null,                           -- Name of the model.
    prompt text,                                   -- All messages of the request, each with its role; NULL once the
                                                   -- retention of ai.prompts has ended.
    response text,                                 -- Answer of the model; NULL after an error.
    error_message text,                            -- Kind and message of the error; NULL after an answer.
    usage_id text,                                 -- Row with usage and cost in operations.api_usage, which is found by
                                                   -- this id alone: the time in its key is that of the reservation.
    called_at timestamptz not null default now(),  -- When the request was made.
    post_ids text[],                               -- Posts of scraping.post_records that the request was about; NULL
                                                   -- for other requests.

    primary key (organization_id, call_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, post_core_id) references content.posts_core (organization_id, post_core_id)
        on delete cascade,
    check (call_id ~ '^llm-[0-9a-f]{8}$'),
    check (attempt > 0),
    check (num_nonnulls(response, error_message) = 1)
);
create index llm_calls_post on ai.llm_calls (organization_id, post_core_id) where post_core_id is not null;
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

create sequence ai.call_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
