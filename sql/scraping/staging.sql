-- The temporary tables that a load fills with COPY. They are dropped with its transaction.

-- A sample of 3 000 rows shows the planner which columns are unique, and costs a fifth of the default one.
set local default_statistics_target = 10;

-- The items of one batch: raw_payloads/merge.sql stores and removes them while the next batch is parsed.
create temporary table staged_items (
    organization_id text not null,
    run_id text not null,
    source text not null,
    payload_hash bytea not null,
    source_file_path text not null,
    position integer not null,
    payload json not null
) on commit drop;

-- One row is one observation: what one item contains about one post. `node` and `original_node` represent posts until
-- their ids are resolved.
create temporary table staged_observations (
    observation_id bigint not null,
    organization_id text not null,
    run_id text not null,
    source text not null,
    source_file_path text not null,
    payload_hash bytea not null,
    payload_key bigint not null,
    payload_member text,
    platform text not null,
    node integer not null,
    original_node integer,
    observed_as scraping.observation_kind not null,
    is_description boolean not null,
    observed_at timestamptz not null,
    observed_at_source landing.observation_time_source not null,
    content_hash bytea not null,
    full_urn text,
    posted_at timestamptz,
    author_username text,
    text_content text,
    article json,
    post_type text,
    url text,
    hashtags text[],
    has_counters boolean not null,
    reactions bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    clicks bigint,
    views bigint,
    impressions bigint,
    reach bigint,
    stats jsonb
) on commit drop;

comment on column staged_observations.payload_member is
'Member of the item that is the observation, such as a quoted post; NULL if the whole item is.';

create temporary table staged_media (
    observation_id bigint not null,
    position integer not null,
    media_key text not null,
    media_type text not null,
    media_url text not null,
    width integer,
    height integer,
    title text,
    page_count integer
) on commit drop;

create temporary table staged_authors (
    organization_id text not null,
    platform text not null,
    username text not null,
    name text,
    kind text,
    headline text,
    profile_url text,
    is_scraped_for boolean not null,
    observed_at timestamptz not null
) on commit drop;

-- One row is one number of followers in one item.
create temporary table staged_followers (
    organization_id text not null,
    platform text not null,
    username text not null,
    observed_at timestamptz not null,
    source_file_path text not null,
    followers bigint not null
) on commit drop;

-- Profiles that may lose a post, collected before posts are merged or updated.
create temporary table staged_profiles_to_count (
    organization_id text not null,
    profile_id text not null
) on commit drop;

create temporary table staged_aliases (
    node integer not null,
    component integer not null,
    organization_id text not null,
    platform text not null,
    alias_kind text not null,
    alias text not null
) on commit drop;
