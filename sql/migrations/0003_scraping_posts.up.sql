-- Scraping: what landed, what it said, and one snapshot per post and observation.

create schema scraping authorization syndication_owner;

set local role syndication_owner;

grant usage on schema scraping to syndication_pipeline, syndication_reader;

create sequence scraping.run_id_sequence as bigint maxvalue 4294967295;
create sequence scraping.profile_id_sequence as bigint maxvalue 4294967295;
create sequence scraping.post_id_sequence as bigint maxvalue 4294967295;
create sequence scraping.media_id_sequence as bigint maxvalue 4294967295;
create sequence scraping.hashtag_id_sequence as bigint maxvalue 4294967295;
create sequence scraping.download_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema scraping to syndication_pipeline;

create type scraping.run_kind as enum (
    'fetch', -- network to landing zone
    'load'   -- landing zone to PostgreSQL
);

create type scraping.run_status as enum ('running', 'completed', 'failed', 'cancelled');

-- How a post was met. The order is how much an observation is trusted: the least value wins a tie.
create type scraping.observation_kind as enum (
    'post',     -- the item is the post
    'repost',   -- the item is a plain repost, the post is its original
    'reshared'  -- the post is quoted inside another
);

create table scraping.download_runs (
    organization_id text not null references tenancy.organizations on delete cascade,
    run_id text not null default tenancy.public_id('run', nextval('scraping.run_id_sequence'))
        check (run_id like 'run-________'),
    kind scraping.run_kind not null,
    source text not null,
    platform text,
    partition_from date not null,
    partition_to date not null,
    status scraping.run_status not null default 'running',
    started_at timestamptz not null default clock_timestamp(),
    completed_at timestamptz,
    script_name text not null,
    dagster_run_id text,
    files_read integer not null default 0,
    items_read integer not null default 0,
    items_quarantined integer not null default 0,
    posts_fetched integer not null default 0,
    posts_new integer not null default 0,
    posts_updated integer not null default 0,
    snapshots_new integer not null default 0,
    snapshots_updated integer not null default 0,
    snapshots_removed integer not null default 0,
    unknown_keys jsonb not null default '{}',
    cost_usd numeric(12, 6),
    error_message text,
    system_info jsonb not null default '{}',
    created_at timestamptz not null default now(),
    primary key (organization_id, run_id),
    check (partition_from <= partition_to),
    check ((completed_at is null) = (status = 'running'))
);

comment on table scraping.download_runs is
'One row is one session of fetching or loading. A session that died is closed by the next one.';
comment on column scraping.download_runs.run_id is 'Public id, run-….';
comment on column scraping.download_runs.kind is 'fetch: network to landing zone; load: landing zone to PostgreSQL.';
comment on column scraping.download_runs.source is 'The input shape, a folder of the landing zone.';
comment on column scraping.download_runs.platform is 'The platform of the source; NULL for an unknown source.';
comment on column scraping.download_runs.partition_from is 'The first day of the run.';
comment on column scraping.download_runs.partition_to is 'The last day of the run, included.';
comment on column scraping.download_runs.status is 'running until it is closed.';
comment on column scraping.download_runs.started_at is 'When it began.';
comment on column scraping.download_runs.completed_at is 'When it ended; NULL while it runs, or if it died.';
comment on column scraping.download_runs.script_name is 'The program that ran.';
comment on column scraping.download_runs.dagster_run_id is 'The run in the Dagster UI.';
comment on column scraping.download_runs.files_read is 'Landed files read.';
comment on column scraping.download_runs.items_read is 'Items in them, the rejected ones included.';
comment on column scraping.download_runs.items_quarantined is 'Items and whole files that could not be read.';
comment on column scraping.download_runs.posts_fetched is 'Posts that were met.';
comment on column scraping.download_runs.posts_new is 'Posts met for the first time.';
comment on column scraping.download_runs.posts_updated is 'Posts whose text, media or author changed.';
comment on column scraping.download_runs.snapshots_new is 'Snapshots added.';
comment on column scraping.download_runs.snapshots_updated is 'Snapshots that say something else now.';
comment on column scraping.download_runs.snapshots_removed is 'Snapshots that the files do not say any more.';
comment on column scraping.download_runs.unknown_keys is 'Keys that the adapter does not know, and how often.';
comment on column scraping.download_runs.cost_usd is 'What the source charged, in US dollars; NULL if it does not say.';
comment on column scraping.download_runs.error_message is 'Why it failed.';
comment on column scraping.download_runs.system_info is 'Host, user and versions.';

alter table landing.files add foreign key (organization_id, run_id) references scraping.download_runs;

create index download_runs_open on scraping.download_runs (kind, source) where status = 'running';
create index download_runs_started_at on scraping.download_runs (organization_id, started_at);

create table scraping.raw_payloads (
    organization_id text not null,
    landed_on date not null,
    source text not null,
    payload_hash bytea not null,
    source_file_path text not null,
    position integer not null check (position >= 0),
    run_id text not null,
    payload json not null,
    primary key (organization_id, landed_on, source, payload_hash)
) partition by range (landed_on);

comment on table scraping.raw_payloads is
'One row is one distinct item of a day''s landed files, as its exact text.';
comment on column scraping.raw_payloads.landed_on is 'The day of the folder: the partition.';
comment on column scraping.raw_payloads.source is 'The input shape.';
comment on column scraping.raw_payloads.payload_hash is 'BLAKE2b-128 of the exact text.';
comment on column scraping.raw_payloads.position is 'Place in the file, from 0.';
comment on column scraping.raw_payloads.run_id is 'The run that loaded it.';
comment on column scraping.raw_payloads.payload is 'The item, as its exact text.';

comment on column scraping.raw_payloads.source_file_path is
'The first file, by path, in which the item stands; an identical item in another file adds no row.';

create table scraping.profiles (
    organization_id text not null references tenancy.organizations on delete cascade,
    profile_id text not null default tenancy.public_id('prf', nextval('scraping.profile_id_sequence'))
        check (profile_id like 'prf-________'),
    platform text not null,
    username text not null check (username <> ''),
    name text,
    kind text check (kind in ('person', 'company', 'channel')),
    headline text,
    profile_url text,
    is_tracked boolean not null default false,
    is_active boolean not null default true,
    notes text,
    post_count integer not null default 0,
    described_at timestamptz,
    last_synced_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, profile_id),
    unique (organization_id, platform, username)
);

comment on table scraping.profiles is
'One row is one profile, page or channel: tracked by us, or met as an author.';
comment on column scraping.profiles.profile_id is 'Public id, prf-….';
comment on column scraping.profiles.platform is 'The platform.';
comment on column scraping.profiles.username is 'The handle, or the channel id.';
comment on column scraping.profiles.name is 'The name for people.';
comment on column scraping.profiles.kind is 'person, company or channel.';
comment on column scraping.profiles.headline is 'What the profile says of itself.';
comment on column scraping.profiles.profile_url is 'Its page.';
comment on column scraping.profiles.notes is 'Yours.';
comment on column scraping.profiles.described_at is 'When name, headline and page were observed.';
comment on column scraping.profiles.last_synced_at is 'The newest observation of a file that was scraped for it.';

comment on column scraping.profiles.is_tracked is
'People want its posts fetched: a load never sets it, because fetching costs money.';
comment on column scraping.profiles.is_active is
'The switch for people: false pauses the scraping of a tracked profile.';
comment on column scraping.profiles.post_count is 'Posts and reposts by this profile that we have seen.';

create table scraping.posts (
    organization_id text not null references tenancy.organizations on delete cascade,
    post_id text not null default tenancy.public_id('p', nextval('scraping.post_id_sequence'))
        check (post_id like 'p-________'),
    platform text not null,
    urn text not null check (urn <> ''),
    urn_kind text not null,
    full_urn text,
    posted_at timestamptz check (posted_at >= '2000-01-01 00:00:00+00' and posted_at < '2100-01-01 00:00:00+00'),
    author_username text,
    profile_id text,
    text_content text,
    article jsonb,
    post_type text,
    url text,
    reposted_post_id text,
    raw_json jsonb,
    content_hash bytea,
    content_observed_at timestamptz,
    content_observed_as scraping.observation_kind not null default 'post',
    author_observed_at timestamptz,
    direct_observed_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    needs_rebuild boolean not null default false,
    is_read boolean not null default false,
    is_marked boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id),
    unique (organization_id, platform, urn_kind, urn),
    foreign key (organization_id, profile_id) references scraping.profiles,
    foreign key (organization_id, reposted_post_id) references scraping.posts,
    check (reposted_post_id <> post_id)
)
-- Every observation updates a post, none of its indexed columns: with room in its page, no index is written.
with (toast_tuple_target = 512, fillfactor = 60);

-- An item is too short to compress well: a tenth smaller, it would take a third longer to write.
alter table scraping.posts alter column raw_json set storage external;

comment on table scraping.posts is
'One row is one post. Counters are not here: they are in data_downloads, one row an observation.';
comment on column scraping.posts.post_id is 'Public id, p-….';
comment on column scraping.posts.platform is 'The platform.';
comment on column scraping.posts.urn_kind is 'Which kind of id the urn is.';
comment on column scraping.posts.full_urn is 'The long form of the id, as the newest observation gives it.';
comment on column scraping.posts.posted_at is 'When it was published, from the source; NULL if that is not known.';
comment on column scraping.posts.author_username is 'The author''s handle; of a repost, who reposted.';
comment on column scraping.posts.profile_id is 'The author''s profile.';
comment on column scraping.posts.text_content is
'The text of the newest observation that carries text, media or article; NULL for a plain repost.';
comment on column scraping.posts.article is 'The linked article: url, title, subtitle.';
comment on column scraping.posts.post_type is 'regular, quote, repost, video …; NULL until it was met itself.';
comment on column scraping.posts.url is 'Its page.';
comment on column scraping.posts.reposted_post_id is 'The post that it reposts or quotes.';
comment on column scraping.posts.content_hash is 'BLAKE2b-128 of text, media and links.';
comment on column scraping.posts.content_observed_as is 'How the post was met then.';
comment on column scraping.posts.author_observed_at is
'When an observation last named the author; NULL if none has.';
comment on column scraping.posts.first_seen_at is 'Our first observation.';
comment on column scraping.posts.last_seen_at is 'Our newest observation.';
comment on column scraping.posts.is_read is 'Yours.';
comment on column scraping.posts.is_marked is 'Yours.';

comment on column scraping.posts.urn is
'The platform''s own id. LinkedIn: the bare activity digits, or the bare ugcPost or share digits until the '
'activity id is known.';
comment on column scraping.posts.content_observed_at is
'When text, media and links were observed; NULL while every observation leaves them out (counters alone).';
comment on column scraping.posts.raw_json is
'The observation that the text comes from, as it came; the newest one while none has told it.';
comment on column scraping.posts.direct_observed_at is
'When the post was last met itself, not through a repost or a quote, and its type told; NULL if never.';
comment on column scraping.posts.needs_rebuild is
'Two records turned out to be this post, or its publication time was learnt late: its rollups are to be rebuilt from '
'its first day. The daily rollup does it, and takes the mark away';

create index posts_posted_at on scraping.posts (organization_id, posted_at);
create index posts_profile on scraping.posts (organization_id, profile_id, posted_at);
create index posts_history_rewritten on scraping.posts (organization_id, post_id) where needs_rebuild;
create index posts_reposted on scraping.posts (organization_id, reposted_post_id) where reposted_post_id is not null;

create table scraping.post_aliases (
    organization_id text not null,
    platform text not null,
    alias_kind text not null check (alias_kind in ('activity', 'share', 'ugcPost', 'video', 'post')),
    alias text not null check (alias <> ''),
    post_id text not null,
    is_claimed boolean not null default true,
    first_seen_at timestamptz not null,
    primary key (organization_id, platform, alias_kind, alias),
    foreign key (organization_id, post_id) references scraping.posts on delete cascade
);

comment on table scraping.post_aliases is
'One row is one id under which a post is known.';
comment on column scraping.post_aliases.platform is 'The platform.';
comment on column scraping.post_aliases.alias_kind is 'activity, share, ugcPost, video; post where there is one kind.';
comment on column scraping.post_aliases.alias is 'The id, without its prefix.';
comment on column scraping.post_aliases.post_id is 'The post.';
comment on column scraping.post_aliases.is_claimed is
'Whether it is a canonical id (activity, video), or was ever named together with one; else other weak ids led to the '
'post, and the first canonical id that is named with it has it.';
comment on column scraping.post_aliases.first_seen_at is 'When the id was first observed.';

create index post_aliases_post on scraping.post_aliases (organization_id, post_id);

create table scraping.post_media (
    organization_id text not null,
    media_id text not null default tenancy.public_id('med', nextval('scraping.media_id_sequence'))
        check (media_id like 'med-________'),
    post_id text not null,
    media_key text not null,
    media_type text not null check (media_type in ('image', 'video', 'document', 'thumbnail')),
    media_url text not null,
    position integer not null check (position >= 0),
    width integer,
    height integer,
    title text,
    page_count integer,
    mime_type text,
    file_size bigint,
    local_file_path text,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, media_id),
    unique (organization_id, post_id, media_key),
    foreign key (organization_id, post_id) references scraping.posts on delete cascade
) with (fillfactor = 60);

comment on table scraping.post_media is
'One row is one picture, video or document of a post. Signed URLs change with every scrape: the identity is the '
'path without the query.';
comment on column scraping.post_media.media_id is 'Public id, med-….';
comment on column scraping.post_media.post_id is 'The post.';
comment on column scraping.post_media.media_key is 'The URL without scheme and query: the identity.';
comment on column scraping.post_media.media_type is 'image, video, document or thumbnail.';
comment on column scraping.post_media.media_url is 'The newest URL; signed ones expire in weeks.';
comment on column scraping.post_media.position is 'Place in the post, from 0.';
comment on column scraping.post_media.width is 'Pixels.';
comment on column scraping.post_media.height is 'Pixels.';
comment on column scraping.post_media.title is 'Title of a document.';
comment on column scraping.post_media.page_count is 'Pages of a document.';
comment on column scraping.post_media.mime_type is 'Of the cached file.';
comment on column scraping.post_media.file_size is 'Bytes of the cached file.';
comment on column scraping.post_media.local_file_path is 'Where the file is cached; NULL if it is not.';
comment on column scraping.post_media.first_seen_at is 'The first observation with it.';
comment on column scraping.post_media.last_seen_at is 'The newest observation with it.';

create table scraping.hashtags (
    organization_id text not null references tenancy.organizations on delete cascade,
    hashtag_id text not null default tenancy.public_id('hsh', nextval('scraping.hashtag_id_sequence'))
        check (hashtag_id like 'hsh-________'),
    hashtag text not null check (hashtag <> ''),
    first_seen_at timestamptz not null,
    primary key (organization_id, hashtag_id),
    unique (organization_id, hashtag)
);

comment on table scraping.hashtags is
'One row is one hashtag, case-folded.';
comment on column scraping.hashtags.hashtag_id is 'Public id, hsh-….';
comment on column scraping.hashtags.hashtag is 'Without #, case-folded.';
comment on column scraping.hashtags.first_seen_at is 'The first observation with it.';

create table scraping.post_hashtags (
    organization_id text not null,
    post_id text not null,
    hashtag_id text not null,
    seen_on datemultirange not null,
    is_current boolean not null,
    primary key (organization_id, post_id, hashtag_id),
    foreign key (organization_id, post_id) references scraping.posts on delete cascade,
    foreign key (organization_id, hashtag_id) references scraping.hashtags on delete cascade
) with (fillfactor = 60);

comment on table scraping.post_hashtags is
'One row is one hashtag of one post. `seen_on` are the days on which the post''s text had it: texts are edited, '
'and a day''s rollup counts the hashtags of that day.';
comment on column scraping.post_hashtags.post_id is 'The post.';
comment on column scraping.post_hashtags.hashtag_id is 'The hashtag.';
comment on column scraping.post_hashtags.seen_on is 'The days on which the text had it.';
comment on column scraping.post_hashtags.is_current is 'Whether the newest text has it.';

create index post_hashtags_hashtag on scraping.post_hashtags (organization_id, hashtag_id);

create table scraping.snapshots (
    downloaded_at timestamptz not null
        check (downloaded_at >= '2000-01-01 00:00:00+00' and downloaded_at < '2100-01-01 00:00:00+00'),
    reactions bigint check (reactions between 0 and 1000000000000),
    comments bigint check (comments between 0 and 1000000000000),
    shares bigint check (shares between 0 and 1000000000000),
    saves bigint check (saves between 0 and 1000000000000),
    clicks bigint check (clicks between 0 and 1000000000000),
    views bigint check (views between 0 and 1000000000000),
    impressions bigint check (impressions between 0 and 1000000000000),
    reach bigint check (reach between 0 and 1000000000000),
    observed_at_source landing.observation_time_source not null,
    observed_as scraping.observation_kind not null default 'post',
    is_description boolean not null default true,
    organization_id text not null,
    download_id text not null default tenancy.public_id('dl', nextval('scraping.download_id_sequence')),
    post_id text not null,
    run_id text not null,
    landed_file_id text not null,
    stats jsonb,
    primary key (organization_id, post_id, downloaded_at),
    foreign key (organization_id, post_id) references scraping.posts,
    foreign key (organization_id, run_id) references scraping.download_runs,
    foreign key (organization_id, landed_file_id) references landing.files (organization_id, landed_file_id)
) partition by range (downloaded_at);

comment on table scraping.snapshots is
'The rows of the view data_downloads, which names the landed file of each. The columns stand in the order that packs a '
'row best.';
comment on column scraping.snapshots.downloaded_at is 'When the numbers were true.';
comment on column scraping.snapshots.reactions is 'Likes and other reactions of all kinds; cumulative.';
comment on column scraping.snapshots.comments is 'Comments; cumulative.';
comment on column scraping.snapshots.shares is 'Reposts, retweets, reblogs; cumulative.';
comment on column scraping.snapshots.saves is 'Saves and bookmarks; cumulative.';
comment on column scraping.snapshots.clicks is 'Clicks, not public; cumulative.';
comment on column scraping.snapshots.views is 'Plays and views; cumulative.';
comment on column scraping.snapshots.impressions is 'Times the post was shown; cumulative.';
comment on column scraping.snapshots.reach is 'People who saw the post; never summed; cumulative.';
comment on column scraping.snapshots.observed_at_source is 'What says when.';
comment on column scraping.snapshots.observed_as is 'How the post was met.';
comment on column scraping.snapshots.is_description is
'Whether text, media or article were told at this moment too; false for counters alone.';
comment on column scraping.snapshots.download_id is 'Public id, dl-….';
comment on column scraping.snapshots.post_id is 'The post.';
comment on column scraping.snapshots.run_id is 'The run that wrote it.';
comment on column scraping.snapshots.landed_file_id is 'The landed file that says so.';

comment on column scraping.snapshots.stats is
'What only this platform counts, as it came: LinkedIn {"reactions": {"like": …, "celebrate": …}}.';

-- A day's rows arrive together, so a block-range index finds them at almost no size.
create index snapshots_downloaded_at on scraping.snapshots using brin (downloaded_at) with (
    pages_per_range = 16
);

-- Whoever does not ask for the path does not pay for it: the planner leaves the ledger out.
create view scraping.data_downloads with (security_invoker = true) as
select
    s.organization_id,
    s.download_id,
    s.post_id,
    s.run_id,
    s.downloaded_at,
    s.observed_at_source,
    s.observed_as,
    s.is_description,
    s.reactions,
    s.comments,
    s.shares,
    s.saves,
    s.clicks,
    s.views,
    s.impressions,
    s.reach,
    s.stats,
    f.source_file_path
from scraping.snapshots s
left join landing.files f
    on f.organization_id = s.organization_id and f.landed_file_id = s.landed_file_id;

comment on view scraping.data_downloads is
'One row is one snapshot: what one observation said of one post. NULL is "not measured", 0 is a measured zero.';

do $$
declare
    table_column record;
begin
    for table_column in
        select v.attname, col_description(t.attrelid, t.attnum) as description
        from pg_attribute v
        join pg_attribute t on t.attrelid = 'scraping.snapshots'::regclass and t.attname = v.attname
        where v.attrelid = 'scraping.data_downloads'::regclass
    loop
        execute format(
            'comment on column scraping.data_downloads.%I is %L', table_column.attname, table_column.description
        );
    end loop;
end
$$;

comment on column scraping.data_downloads.source_file_path is 'The landed file that says so.';

grant select on scraping.data_downloads to syndication_pipeline, syndication_reader;

-- Two records turned out to be one post: everything of `losing_post_id` becomes `winning_post_id`'s, and the
-- losing record goes. Where both have the same row (a snapshot of one moment, one picture), the winner's stays.
create function scraping.merge_posts(organization text, winning_post_id text, losing_post_id text)
returns void language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update scraping.post_aliases set post_id = winning_post_id
    where organization_id = organization and post_id = losing_post_id;

    delete from scraping.snapshots l using scraping.snapshots w
    where l.organization_id = organization and l.post_id = losing_post_id
        and w.organization_id = organization and w.post_id = winning_post_id
        and w.downloaded_at = l.downloaded_at;
    update scraping.snapshots set post_id = winning_post_id
    where organization_id = organization and post_id = losing_post_id;

    update scraping.post_media w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at), last_seen_at = greatest(w.last_seen_at, l.last_seen_at)
    from scraping.post_media l
    where l.organization_id = organization and l.post_id = losing_post_id
        and w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key;
    update scraping.post_media l set post_id = winning_post_id
    where l.organization_id = organization and l.post_id = losing_post_id
        and not exists (
            select from scraping.post_media w
            where w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key
        );

    insert into scraping.post_hashtags as w (organization_id, post_id, hashtag_id, seen_on, is_current)
    select organization_id, winning_post_id, hashtag_id, seen_on, false
    from scraping.post_hashtags
    where organization_id = organization and post_id = losing_post_id
    on conflict (organization_id, post_id, hashtag_id) do update set seen_on = w.seen_on + excluded.seen_on;

    update scraping.posts set reposted_post_id = winning_post_id
    where organization_id = organization and reposted_post_id = losing_post_id;

    update scraping.posts w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at),
        last_seen_at = greatest(w.last_seen_at, l.last_seen_at),
        is_read = w.is_read or l.is_read,
        is_marked = w.is_marked or l.is_marked,
        needs_rebuild = true
    from scraping.posts l
    where w.organization_id = organization and w.post_id = winning_post_id
        and l.organization_id = organization and l.post_id = losing_post_id;

    delete from scraping.posts where organization_id = organization and post_id = losing_post_id;
end
$$;

grant execute on function scraping.merge_posts to syndication_pipeline;

select tenancy.protect_tenant_table('scraping.download_runs');
select tenancy.protect_tenant_table('scraping.raw_payloads');
select tenancy.protect_tenant_table('scraping.profiles');
select tenancy.protect_tenant_table('scraping.posts');
select tenancy.protect_tenant_table('scraping.post_aliases');
select tenancy.protect_tenant_table('scraping.post_media');
select tenancy.protect_tenant_table('scraping.hashtags');
select tenancy.protect_tenant_table('scraping.post_hashtags');
select tenancy.protect_tenant_table('scraping.snapshots');

create trigger profiles_updated_at before update on scraping.profiles
for each row execute function tenancy.set_updated_at();

insert into operations.partitioned_tables (table_name)
values ('scraping.raw_payloads'), ('scraping.snapshots');
