-- Scraping: runs, raw payloads, profiles, posts with their ids, media and hashtags, and one snapshot per post and
-- observation.

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

create type scraping.run_kind as enum ('fetch', 'load');
comment on type scraping.run_kind is
'Direction of a download run.
fetch: network to landing zone
load: landing zone to PostgreSQL';

create type scraping.run_status as enum ('running', 'completed', 'failed', 'cancelled');

create type scraping.observation_kind as enum ('post', 'repost', 'reshared');
comment on type scraping.observation_kind is
'How a post was observed, in order of preference: the first value wins a tie.
post: the item is the post itself
repost: the item is a plain repost of the post
reshared: the post is quoted in another post';

create table scraping.download_runs (
    organization_id text not null references tenancy.organizations on delete cascade,
    run_id text not null default tenancy.public_id('run', nextval('scraping.run_id_sequence'))
        check (run_id ~ '^run-[0-9a-f]{8}$'),
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
    source_errors integer not null default 0,
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
'One row is one run of a fetch or load. A run whose process died is closed by the next run of its source.';
comment on column scraping.download_runs.run_id is 'Public id, such as run-0a1b2c3d.';
comment on column scraping.download_runs.kind is 'fetch: network to landing zone; load: landing zone to PostgreSQL.';
comment on column scraping.download_runs.source is 'Input shape, a folder of the landing zone.';
comment on column scraping.download_runs.platform is 'Platform of the source; NULL for an unknown source.';
comment on column scraping.download_runs.partition_from is 'First UTC day of the run.';
comment on column scraping.download_runs.partition_to is 'Last UTC day of the run, included.';
comment on column scraping.download_runs.status is
'Outcome of the run: running until it is closed, then completed, failed or cancelled.';
comment on column scraping.download_runs.started_at is 'When the run started.';
comment on column scraping.download_runs.completed_at is 'When the run was closed; NULL while its status is running.';
comment on column scraping.download_runs.script_name is 'Module or asset that ran.';
comment on column scraping.download_runs.dagster_run_id is 'Run id in Dagster; NULL outside of Dagster.';
comment on column scraping.download_runs.files_read is 'Number of landed files that a load read.';
comment on column scraping.download_runs.items_read is 'Number of items in these files, including rejected items.';
comment on column scraping.download_runs.items_quarantined is 'Number of rejected items and whole files.';
comment on column scraping.download_runs.source_errors is
'Number of these that are no posts but errors of the source, whose message is the reason in quarantine.';
comment on column scraping.download_runs.posts_fetched is 'Number of posts that were fetched or loaded.';
comment on column scraping.download_runs.posts_new is 'Number of posts that a load added.';
comment on column scraping.download_runs.posts_updated is
'Number of posts whose text, media, links or author a load changed.';
comment on column scraping.download_runs.snapshots_new is 'Number of snapshots that a load added.';
comment on column scraping.download_runs.snapshots_updated is 'Number of snapshots that a load replaced.';
comment on column scraping.download_runs.snapshots_removed is
'Number of snapshots that a load removed because the files no longer contain them.';
comment on column scraping.download_runs.unknown_keys is
'JSON paths that the adapter does not know → number of occurrences.';
comment on column scraping.download_runs.cost_usd is
'Amount charged by the source in US dollars; NULL if not reported.';
comment on column scraping.download_runs.error_message is 'Why the run failed or was cancelled; NULL otherwise.';
comment on column scraping.download_runs.system_info is 'Host, user and versions of Python and the package.';

alter table landing.files add foreign key (organization_id, run_id) references scraping.download_runs;
create index files_run on landing.files (organization_id, run_id);

create index download_runs_open on scraping.download_runs (kind, source) where status = 'running';
create index download_runs_started_at on scraping.download_runs (organization_id, started_at);
create index download_runs_unknown_keys on scraping.download_runs (organization_id, source, partition_from)
where unknown_keys <> '{}';

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
comment on column scraping.raw_payloads.landed_on is 'UTC day of the file''s folder: the partition of the load.';
comment on column scraping.raw_payloads.source is 'Input shape of the file, the second folder of its path.';
comment on column scraping.raw_payloads.payload_hash is 'BLAKE2b-128 of the exact text: the identity within a day.';
comment on column scraping.raw_payloads.position is 'Position of the item in the file, from 0.';
comment on column scraping.raw_payloads.run_id is 'Download run that loaded the item from this file.';
comment on column scraping.raw_payloads.payload is 'Exact text of the item.';

comment on column scraping.raw_payloads.source_file_path is
'First file, by path, that contains the item; an identical item in another file adds no row.';

create table scraping.profiles (
    organization_id text not null references tenancy.organizations on delete cascade,
    profile_id text not null default tenancy.public_id('prf', nextval('scraping.profile_id_sequence'))
        check (profile_id ~ '^prf-[0-9a-f]{8}$'),
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
'One row is one profile, page or channel: tracked, or seen as an author.';
comment on column scraping.profiles.profile_id is 'Public id, such as prf-0a1b2c3d.';
comment on column scraping.profiles.platform is 'Platform that the handle belongs to, such as linkedin.';
comment on column scraping.profiles.username is 'Handle on the platform (LinkedIn: in lower case), or channel id.';
comment on column scraping.profiles.name is 'Display name; NULL until an observation has it.';
comment on column scraping.profiles.kind is 'person, company or channel; NULL until an observation has it.';
comment on column scraping.profiles.headline is 'Self-description of the profile; NULL if it has none.';
comment on column scraping.profiles.profile_url is 'URL of the profile page; NULL if not observed.';
comment on column scraping.profiles.notes is 'User-maintained notes; NULL if there are none.';
comment on column scraping.profiles.described_at is
'When name, kind, headline and URL were observed; NULL if they never were.';
comment on column scraping.profiles.last_synced_at is
'Newest observation of a file that was scraped for the profile; NULL if there is none.';

comment on column scraping.profiles.is_tracked is
'User-maintained: true fetches the profile. A load never sets it, because fetching costs money.';
comment on column scraping.profiles.is_active is
'User-maintained: false pauses the fetching of a tracked profile.';
comment on column scraping.profiles.post_count is 'Number of observed posts and reposts by the profile.';

create function scraping.canonical_username(platform text, name text)
returns text language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    decoded text;
begin
    for step in 1..4 loop
        exit when name !~ '%[0-9A-Fa-f]{2}';
        begin
            select convert_from(
                string_agg(
                    case
                        when part[1] ~ '^%[0-9A-Fa-f]{2}$' then decode(substr(part[1], 2), 'hex')
                        else convert_to(part[1], 'UTF8')
                    end,
                    ''::bytea order by place
                ),
                'UTF8'
            )
            into decoded
            from regexp_matches(name, '%[0-9A-Fa-f]{2}|%|[^%]+', 'g') with ordinality p (part, place);
        exception when character_not_in_repertoire or untranslatable_character then
            exit;
        end;
        exit when decoded = name;
        name := decoded;
    end loop;
    name := normalize(btrim(name), NFC);
    return case when platform = 'linkedin' then normalize(lower(name), NFC) else name end;
end
$$;

comment on function scraping.canonical_username is
'One spelling of a profile''s name: without percent-escapes, in Unicode''s composed form, and on LinkedIn in lower '
'case. The loads spell names in the same way.';

grant execute on function scraping.canonical_username to syndication_pipeline;

create function scraping.spell_username() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.username := scraping.canonical_username(new.platform, new.username);
    return new;
end
$$;

comment on function scraping.spell_username is
'Spells the name of a profile canonically, also if a person copied it from an address.';

-- Loads spell names already, so this costs them a look at each name.
create trigger profiles_username before insert or update of platform, username on scraping.profiles
for each row when (
    new.username ~ '%[0-9A-Fa-f]{2}' or new.username is not nfc normalized
    or (new.platform = 'linkedin' and new.username ~ '[A-Z]')
)
execute function scraping.spell_username();

create table scraping.profile_snapshots (
    organization_id text not null,
    profile_id text not null,
    observed_at timestamptz not null
        check (observed_at >= '2000-01-01 00:00:00+00' and observed_at < '2100-01-01 00:00:00+00'),
    followers bigint not null check (followers between 0 and 1000000000000),
    run_id text not null,
    landed_file_id text not null,
    primary key (organization_id, profile_id, observed_at),
    foreign key (organization_id, profile_id) references scraping.profiles on delete cascade,
    foreign key (organization_id, run_id) references scraping.download_runs,
    foreign key (organization_id, landed_file_id) references landing.files (organization_id, landed_file_id)
);

comment on table scraping.profile_snapshots is
'One row is one snapshot of a profile: its number of followers at one time.';
comment on column scraping.profile_snapshots.profile_id is 'Profile that was observed; refers to profiles.';
comment on column scraping.profile_snapshots.observed_at is 'When the number was true (the observation time).';
comment on column scraping.profile_snapshots.followers is 'Number of followers.';
comment on column scraping.profile_snapshots.run_id is 'Download run that wrote the snapshot.';
comment on column scraping.profile_snapshots.landed_file_id is
'Landed file with the snapshot; refers to landing.files.';

create index profile_snapshots_landed_file on scraping.profile_snapshots (organization_id, landed_file_id);
create index profile_snapshots_run on scraping.profile_snapshots (organization_id, run_id);

create table scraping.post_records (
    organization_id text not null references tenancy.organizations on delete cascade,
    post_id text not null default tenancy.public_id('p', nextval('scraping.post_id_sequence'))
        check (post_id ~ '^p-[0-9a-f]{8}$'),
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
    content_hash bytea,
    content_observed_at timestamptz,
    content_observed_as scraping.observation_kind not null default 'post',
    author_observed_at timestamptz,
    direct_observed_at timestamptz,
    posted_observed_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    payload_source text,
    payload_hash bytea,
    payload_member text,
    is_simulated boolean not null default false,
    needs_rebuild boolean not null default false,
    is_read boolean not null default false,
    is_marked boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, post_id),
    unique (organization_id, platform, urn_kind, urn),
    foreign key (organization_id, profile_id) references scraping.profiles,
    foreign key (organization_id, reposted_post_id) references scraping.post_records,
    check (reposted_post_id <> post_id)
)
with (fillfactor = 90);

comment on table scraping.post_records is
'One row is one post as it last changed; people read the view posts. An observation without a change writes only its '
'snapshot, so the times here are at most those of the view.';
comment on column scraping.post_records.post_id is 'Public id, such as p-0a1b2c3d.';
comment on column scraping.post_records.platform is 'Platform on which the post was published, such as linkedin.';
comment on column scraping.post_records.urn_kind is
'Kind of the id in urn: activity, video, post, ugcPost or share.';
comment on column scraping.post_records.full_urn is
'Long form of the id in the newest described observation; NULL for a plain repost, or if not observed.';
comment on column scraping.post_records.posted_at is
'When the post was published, as the newest observation with a time tells; NULL if none does. A premiere or a '
'rescheduled post has another time before its publication.';
comment on column scraping.post_records.author_username is
'Handle of the author (of a plain repost, the reposter); NULL if not observed.';
comment on column scraping.post_records.profile_id is 'Profile of the author; NULL if not observed.';
comment on column scraping.post_records.text_content is
'Text of the newest observation with text, media or article; NULL for a plain repost.';
comment on column scraping.post_records.article is
'The linked article: url, title, subtitle; NULL if there is none.';
comment on column scraping.post_records.post_type is
'regular, quote, repost, video …; NULL until the post itself was observed.';
comment on column scraping.post_records.url is 'URL of the post; NULL for a plain repost, or if not observed.';
comment on column scraping.post_records.reposted_post_id is 'The reposted or quoted post; NULL for other posts.';
comment on column scraping.post_records.content_hash is 'BLAKE2b-128 of text, media and links.';
comment on column scraping.post_records.content_observed_at is
'An observation of text, media and links, usually the first with this content; NULL while all observations lack them.';
comment on column scraping.post_records.content_observed_as is
'How the post was observed when its content was observed last.';
comment on column scraping.post_records.author_observed_at is
'An observation of the author, usually the first with this name; NULL if none has named one.';
comment on column scraping.post_records.direct_observed_at is
'An observation of the type by an item of the post itself, usually the first with this type; NULL if there is none.';
comment on column scraping.post_records.posted_observed_at is
'An observation of the publication time, usually the first with this time; NULL if there is none.';
comment on column scraping.post_records.is_simulated is
'Whether the post was published by a dry run, or an observation marks it as simulated: its numbers are samples, and '
'count in no measured total.';
comment on column scraping.post_records.first_seen_at is 'Time of the first observation.';
comment on column scraping.post_records.last_seen_at is
'An observation, the newest when the row was written; of a plain repost, which has no snapshots, always the newest.';
comment on column scraping.post_records.payload_source is
'Source of the payload that described the post when the row was written; NULL if it is not known.';
comment on column scraping.post_records.payload_hash is
'Hash of that payload, a row of raw_payloads on the UTC day of the observation; NULL if it is not known.';
comment on column scraping.post_records.payload_member is
'Member of the payload that described the post, such as a quoted post; NULL if the whole payload did.';
comment on column scraping.post_records.is_read is 'User-maintained: whether the post has been read.';
comment on column scraping.post_records.is_marked is 'User-maintained: whether the post is marked.';

comment on column scraping.post_records.urn is
'Id on the platform. LinkedIn: the digits of the activity id, or of the ugcPost or share id while the activity id is '
'unknown.';
comment on column scraping.post_records.needs_rebuild is
'True if the rollups of the post must be rebuilt from its first day, because two records were merged, or its profile, '
'its publication time or is_simulated changed. The daily rollup rebuilds them and clears the flag.';

create index post_records_posted_at on scraping.post_records (organization_id, posted_at);
create index post_records_profile on scraping.post_records (organization_id, profile_id, posted_at);
create index post_records_needs_rebuild on scraping.post_records (organization_id, post_id) where needs_rebuild;
create index post_records_reposted on scraping.post_records (organization_id, reposted_post_id)
where reposted_post_id is not null;

create table scraping.post_aliases (
    organization_id text not null,
    platform text not null,
    alias_kind text not null check (alias_kind in ('activity', 'share', 'ugcPost', 'video', 'post')),
    alias text not null check (alias <> ''),
    post_id text not null,
    is_claimed boolean not null default true,
    first_seen_at timestamptz not null,
    primary key (organization_id, platform, alias_kind, alias),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
);

comment on table scraping.post_aliases is
'One row is one id of a post.';
comment on column scraping.post_aliases.platform is 'Platform that assigned the id, such as linkedin.';
comment on column scraping.post_aliases.alias_kind is
'Kind of the id: activity, share, ugcPost or video; post on platforms with a single kind.';
comment on column scraping.post_aliases.alias is 'The id without its prefix.';
comment on column scraping.post_aliases.post_id is 'Post that has the id; refers to posts.';
comment on column scraping.post_aliases.is_claimed is
'True for a canonical id (activity, video, post) and for an id that ever occurred together with one. False if only '
'other weak ids led to the post: the first canonical id that occurs with it gets it.';
comment on column scraping.post_aliases.first_seen_at is 'When the id was first observed.';

create index post_aliases_post on scraping.post_aliases (organization_id, post_id);

create table scraping.media_records (
    organization_id text not null,
    media_id text not null default tenancy.public_id('med', nextval('scraping.media_id_sequence'))
        check (media_id ~ '^med-[0-9a-f]{8}$'),
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
    is_current boolean not null default false,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, media_id),
    unique (organization_id, post_id, media_key),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
) with (fillfactor = 90);

comment on table scraping.media_records is
'One row is one picture, video or document of a post as it last changed; people read the view post_media. Signed URLs '
'change with every scrape, so the URL without its query is the identity.';
comment on column scraping.media_records.media_id is 'Public id, such as med-0a1b2c3d.';
comment on column scraping.media_records.post_id is 'Post that contains the medium; refers to posts.';
comment on column scraping.media_records.media_key is 'URL without scheme and query: the identity within the post.';
comment on column scraping.media_records.media_type is 'Kind of medium: image, video, document or thumbnail.';
comment on column scraping.media_records.media_url is
'The URL when the row was written; while is_current, post_media has the newest.';
comment on column scraping.media_records.position is 'Position in the post, from 0.';
comment on column scraping.media_records.width is 'Width in pixels; NULL if not reported.';
comment on column scraping.media_records.height is 'Height in pixels; NULL if not reported.';
comment on column scraping.media_records.title is 'Title of a document; NULL for other media.';
comment on column scraping.media_records.page_count is 'Number of pages of a document; NULL for other media.';
comment on column scraping.media_records.mime_type is 'MIME type of the cached file; NULL if it is not cached.';
comment on column scraping.media_records.file_size is 'Size of the cached file in bytes; NULL if it is not cached.';
comment on column scraping.media_records.local_file_path is 'Path of the cached file; NULL if it is not cached.';
comment on column scraping.media_records.first_seen_at is 'Time of the first observation with the medium.';
comment on column scraping.media_records.last_seen_at is
'An observation with the medium, the newest when the row was written.';
comment on column scraping.media_records.is_current is 'Whether the newest text comes with the medium.';

create table scraping.hashtags (
    organization_id text not null references tenancy.organizations on delete cascade,
    hashtag_id text not null default tenancy.public_id('hsh', nextval('scraping.hashtag_id_sequence'))
        check (hashtag_id ~ '^hsh-[0-9a-f]{8}$'),
    hashtag text not null check (hashtag <> ''),
    first_seen_at timestamptz not null,
    primary key (organization_id, hashtag_id),
    unique (organization_id, hashtag)
);

comment on table scraping.hashtags is
'One row is one hashtag, case-folded.';
comment on column scraping.hashtags.hashtag_id is 'Public id, such as hsh-0a1b2c3d.';
comment on column scraping.hashtags.hashtag is 'The hashtag without #, NFKC-normalized and case-folded.';
comment on column scraping.hashtags.first_seen_at is 'Time of the first observation with the hashtag.';

create table scraping.post_hashtags (
    organization_id text not null,
    post_id text not null,
    hashtag_id text not null,
    seen_on datemultirange not null,
    is_current boolean not null,
    primary key (organization_id, post_id, hashtag_id),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade,
    foreign key (organization_id, hashtag_id) references scraping.hashtags on delete cascade
) with (fillfactor = 90);

comment on table scraping.post_hashtags is
'One row is one hashtag of one post. Texts are edited, so the rollup of a day counts the hashtags of that day.';
comment on column scraping.post_hashtags.post_id is 'Post whose text contains the hashtag; refers to posts.';
comment on column scraping.post_hashtags.hashtag_id is 'Hashtag in the text; refers to hashtags.';
comment on column scraping.post_hashtags.is_current is 'Whether the newest text contains the hashtag.';

comment on column scraping.post_hashtags.seen_on is
'UTC days from an observation of the text with the hashtag to the next observation without it; unbounded if the newest '
'has it. Nothing is known of days without an observation.';

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
    posted_at timestamptz,
    payload_key bigint,
    observed_at_source landing.observation_time_source not null,
    observed_as scraping.observation_kind not null default 'post',
    is_description boolean not null default true,
    lacks_author boolean,
    lacks_type boolean,
    organization_id text not null,
    download_id text not null default tenancy.public_id('dl', nextval('scraping.download_id_sequence')),
    post_id text not null,
    run_id text not null,
    landed_file_id text not null,
    payload_member text,
    stats jsonb,
    primary key (organization_id, post_id, downloaded_at),
    foreign key (organization_id, post_id) references scraping.post_records,
    foreign key (organization_id, run_id) references scraping.download_runs,
    foreign key (organization_id, landed_file_id) references landing.files (organization_id, landed_file_id)
) partition by range (downloaded_at);

comment on table scraping.snapshots is
'One row is one snapshot: the counters of one post at one time. The view data_downloads adds the path of the landed '
'file. The order of the columns minimizes the padding of a row.';
comment on column scraping.snapshots.downloaded_at is 'When the numbers were true (the observation time).';
comment on column scraping.snapshots.reactions is
'Cumulative likes and other reactions of all kinds; NULL if not measured.';
comment on column scraping.snapshots.comments is 'Cumulative comments; NULL if not measured.';
comment on column scraping.snapshots.shares is 'Cumulative reposts, retweets, reblogs; NULL if not measured.';
comment on column scraping.snapshots.saves is 'Cumulative saves and bookmarks; NULL if not measured.';
comment on column scraping.snapshots.clicks is 'Cumulative clicks, not public; NULL if not measured.';
comment on column scraping.snapshots.views is 'Cumulative plays and views; NULL if not measured.';
comment on column scraping.snapshots.impressions is
'Cumulative number of times the post was shown; NULL if not measured.';
comment on column scraping.snapshots.reach is
'Cumulative number of people who saw the post, never summed over posts; NULL if not measured.';
comment on column scraping.snapshots.posted_at is
'The publication time that the observation tells, so that the post follows its newest; NULL if it tells none.';
comment on column scraping.snapshots.observed_at_source is 'Where the observation time comes from.';
comment on column scraping.snapshots.observed_as is
'How the post was observed: as the item itself, through a repost, or quoted.';
comment on column scraping.snapshots.is_description is
'Whether text, media or article were also observed at this time; false for counters alone.';
comment on column scraping.snapshots.lacks_author is
'True if no item of this time named the author; NULL, which takes no space, if one did.';
comment on column scraping.snapshots.lacks_type is
'True if no item of the post itself (not of a repost or quote) had its type at this time; NULL if one did.';
comment on column scraping.snapshots.download_id is 'Public id, such as dl-0a1b2c3d.';
comment on column scraping.snapshots.post_id is 'Post that was observed; refers to posts.';
comment on column scraping.snapshots.run_id is 'Download run that wrote the snapshot.';
comment on column scraping.snapshots.landed_file_id is 'Landed file with the snapshot; refers to landing.files.';
comment on column scraping.snapshots.payload_member is
'Member of the payload that describes the post, such as a quoted post; NULL if the whole payload does.';
comment on column scraping.snapshots.payload_key is
'First eight bytes of the hash of the payload that describes the post at this time: the row of raw_payloads of that '
'UTC day and of the source of the landed file. NULL if it is not known.';

comment on column scraping.snapshots.stats is
'Counters that only this platform has, as reported: LinkedIn {"reactions": {"like": …, "celebrate": …}}; NULL if '
'there are none.';

-- The rows of a day are written together, so a tiny block-range index finds them.
create index snapshots_downloaded_at on scraping.snapshots using brin (downloaded_at) with (
    pages_per_range = 16
);

-- The index of the foreign keys to the file and to the run. A B-tree for each adds 1.7 bytes to every point, this index
-- 0.1. Among a million snapshots, the check of a deleted file or run takes 0.4 ms with it, 0.5 ms with a B-tree, and
-- 700 ms without an index. A load writes the snapshots of a file together; but ids look shuffled, so the minimum and
-- maximum of a block range would exclude nothing, and Bloom filters do. They are sized for files with a few snapshots
-- or more: smaller ones make the check slower, never wrong.
create index snapshots_file_and_run on scraping.snapshots using brin (
    organization_id,
    landed_file_id text_bloom_ops (n_distinct_per_range = 256, false_positive_rate = 0.001),
    run_id text_bloom_ops (n_distinct_per_range = 32, false_positive_rate = 0.001)
) with (pages_per_range = 64, autosummarize = on);

-- Queries without source_file_path do not pay for the join: the planner removes it.
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
'One row is one snapshot: the counters of one post at one time. NULL means "not measured", 0 is a measured zero.';

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

comment on column scraping.data_downloads.source_file_path is
'Path of the landed file that contains the snapshot, relative to the root of the landing zone.';

grant select on scraping.data_downloads to syndication_pipeline, syndication_reader;

create function scraping.newest_payload(organization text, post text)
returns jsonb language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case when n.payload_member is null then p.payload::jsonb else p.payload::jsonb -> n.payload_member end
    from (
        (
            select
                true as is_description,
                s.downloaded_at,
                f.source,
                int8send(s.payload_key) as payload_key,
                s.payload_member,
                1 as preference
            from scraping.snapshots s
            join landing.files f on f.organization_id = s.organization_id and f.landed_file_id = s.landed_file_id
            where s.organization_id = organization and s.post_id = post and s.is_description
            order by s.downloaded_at desc
            limit 1
        )
        union all
        (
            select false, s.downloaded_at, f.source, int8send(s.payload_key), s.payload_member, 1
            from scraping.snapshots s
            join landing.files f on f.organization_id = s.organization_id and f.landed_file_id = s.landed_file_id
            where s.organization_id = organization and s.post_id = post
            order by s.downloaded_at desc
            limit 1
        )
        union all
        select
            r.content_observed_at is not null,
            coalesce(r.content_observed_at, r.last_seen_at),
            r.payload_source,
            substring(r.payload_hash from 1 for 8),
            r.payload_member,
            2
        from scraping.post_records r
        where r.organization_id = organization and r.post_id = post
        order by 1 desc, 2 desc, 6
        limit 1
    ) n
    join scraping.raw_payloads p
        on p.organization_id = organization and p.landed_on = (n.downloaded_at at time zone 'utc')::date
        and p.source = n.source
        and p.payload_hash between n.payload_key and n.payload_key || '\xffffffffffffffff'::bytea
    limit 1
$$;

comment on function scraping.newest_payload is
'The source JSON of the observation that the text of a post comes from; of its newest observation while none has a '
'text. NULL if the only file with it was withdrawn.';

-- An observation of an unchanged post writes its snapshot and nothing else, so the newest times follow from the
-- snapshots. Queries that do not ask for them do not pay for them: the planner removes the subqueries.
create view scraping.posts with (security_invoker = true) as
select
    r.organization_id,
    r.post_id,
    r.platform,
    r.urn,
    r.urn_kind,
    r.full_urn,
    r.posted_at,
    r.author_username,
    r.profile_id,
    r.text_content,
    r.article,
    r.post_type,
    r.url,
    r.reposted_post_id,
    scraping.newest_payload(r.organization_id, r.post_id) as raw_json,
    r.content_hash,
    greatest(
        r.content_observed_at,
        (
            select max(s.downloaded_at) from scraping.snapshots s
            where s.organization_id = r.organization_id and s.post_id = r.post_id and s.is_description
        )
    ) as content_observed_at,
    r.content_observed_as,
    greatest(
        r.author_observed_at,
        (
            select max(s.downloaded_at) from scraping.snapshots s
            where s.organization_id = r.organization_id and s.post_id = r.post_id and s.lacks_author is null
        )
    ) as author_observed_at,
    greatest(
        r.direct_observed_at,
        (
            select max(s.downloaded_at) from scraping.snapshots s
            where s.organization_id = r.organization_id and s.post_id = r.post_id and s.lacks_type is null
        )
    ) as direct_observed_at,
    greatest(
        r.posted_observed_at,
        (
            select max(s.downloaded_at) from scraping.snapshots s
            where s.organization_id = r.organization_id and s.post_id = r.post_id and s.posted_at is not null
        )
    ) as posted_observed_at,
    r.first_seen_at,
    greatest(
        r.last_seen_at,
        (
            select max(s.downloaded_at) from scraping.snapshots s
            where s.organization_id = r.organization_id and s.post_id = r.post_id
        )
    ) as last_seen_at,
    r.is_simulated,
    r.needs_rebuild,
    r.is_read,
    r.is_marked,
    r.created_at,
    r.updated_at
from scraping.post_records r;

comment on view scraping.posts is
'One row is one post. Its counters are in data_downloads, one row per observation.';

-- The newest URL of a current medium is the string with its key in the newest payload of the post.
create view scraping.post_media with (security_invoker = true) as
select
    m.organization_id,
    m.media_id,
    m.post_id,
    m.media_key,
    m.media_type,
    case
        when m.is_current then coalesce(
            (
                select btrim(u.string #>> '{}')
                from jsonb_path_query(
                    scraping.newest_payload(m.organization_id, m.post_id), '$.** ? (@.type() == "string")'
                ) with ordinality u (string, place)
                where strpos(u.string #>> '{}', m.media_key) > 0
                    and m.media_key = btrim(split_part(split_part(
                        regexp_replace(btrim(u.string #>> '{}'), '^([a-zA-Z][a-zA-Z0-9+.-]*:)?//', ''), '#', 1
                    ), '?', 1))
                order by u.place
                limit 1
            ),
            m.media_url
        )
        else m.media_url
    end as media_url,
    m.position,
    m.width,
    m.height,
    m.title,
    m.page_count,
    m.mime_type,
    m.file_size,
    m.local_file_path,
    m.first_seen_at,
    case
        when m.is_current then greatest(
            m.last_seen_at,
            (
                select max(s.downloaded_at) from scraping.snapshots s
                where s.organization_id = m.organization_id and s.post_id = m.post_id and s.is_description
            )
        )
        else m.last_seen_at
    end as last_seen_at,
    m.created_at,
    m.updated_at
from scraping.media_records m
join scraping.post_records r on r.organization_id = m.organization_id and r.post_id = m.post_id;

comment on view scraping.post_media is
'One row is one picture, video or document of a post. Signed URLs change with every scrape, so the URL without its '
'query is the identity.';

do $$
declare
    view_column record;
begin
    for view_column in
        select v.attrelid, v.attname, col_description(t.attrelid, t.attnum) as description
        from (values ('posts', 'post_records'), ('post_media', 'media_records')) n (view_name, table_name)
        join pg_attribute v on v.attrelid = ('scraping.' || n.view_name)::regclass
        join pg_attribute t on t.attrelid = ('scraping.' || n.table_name)::regclass and t.attname = v.attname
    loop
        execute format(
            'comment on column %s.%I is %L', view_column.attrelid::regclass, view_column.attname,
            view_column.description
        );
    end loop;
end
$$;

comment on column scraping.posts.content_observed_at is
'When text, media and links were observed last; NULL while all observations lack them (counters alone).';
comment on column scraping.posts.author_observed_at is
'When an observation last named the author; NULL if none has.';
comment on column scraping.posts.direct_observed_at is
'When an item of the post itself (not of a repost or quote) last had its type; NULL if never.';
comment on column scraping.posts.posted_observed_at is
'When an observation last told the publication time; NULL if none has.';
comment on column scraping.posts.last_seen_at is 'Time of the newest observation.';
comment on column scraping.posts.raw_json is
'Source JSON of the observation that the text comes from; of the newest observation while none has a text. NULL if the '
'file with it was withdrawn.';
comment on column scraping.post_media.media_url is 'The newest URL; signed URLs expire within weeks.';
comment on column scraping.post_media.last_seen_at is 'Time of the newest observation with the medium.';

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

    update scraping.media_records w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at), last_seen_at = greatest(w.last_seen_at, l.last_seen_at)
    from scraping.media_records l
    where l.organization_id = organization and l.post_id = losing_post_id
        and w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key;
    update scraping.media_records l set post_id = winning_post_id
    where l.organization_id = organization and l.post_id = losing_post_id
        and not exists (
            select from scraping.media_records w
            where w.organization_id = organization and w.post_id = winning_post_id and w.media_key = l.media_key
        );

    insert into scraping.post_hashtags as w (organization_id, post_id, hashtag_id, seen_on, is_current)
    select organization_id, winning_post_id, hashtag_id, seen_on, false
    from scraping.post_hashtags
    where organization_id = organization and post_id = losing_post_id
    on conflict (organization_id, post_id, hashtag_id) do update set seen_on = w.seen_on + excluded.seen_on;

    update scraping.post_records set reposted_post_id = winning_post_id
    where organization_id = organization and reposted_post_id = losing_post_id;

    update scraping.post_records w set
        first_seen_at = least(w.first_seen_at, l.first_seen_at),
        last_seen_at = greatest(w.last_seen_at, l.last_seen_at),
        is_read = w.is_read or l.is_read,
        is_marked = w.is_marked or l.is_marked,
        is_simulated = w.is_simulated or l.is_simulated,
        needs_rebuild = true
    from scraping.post_records l
    where w.organization_id = organization and w.post_id = winning_post_id
        and l.organization_id = organization and l.post_id = losing_post_id;

    delete from scraping.post_records where organization_id = organization and post_id = losing_post_id;
end
$$;

comment on function scraping.merge_posts is
'Merges two records of the same post: moves all rows of `losing_post_id` to `winning_post_id` and deletes the losing '
'record. Where both have the same row (a snapshot of one time, a picture), the winner''s row stays.';

grant execute on function scraping.merge_posts to syndication_pipeline;

select tenancy.protect_tenant_table('scraping.download_runs');
select tenancy.protect_tenant_table('scraping.raw_payloads');
select tenancy.protect_tenant_table('scraping.profiles');
select tenancy.protect_tenant_table('scraping.profile_snapshots');
select tenancy.protect_tenant_table('scraping.post_records');
select tenancy.protect_tenant_table('scraping.post_aliases');
select tenancy.protect_tenant_table('scraping.media_records');
select tenancy.protect_tenant_table('scraping.hashtags');
select tenancy.protect_tenant_table('scraping.post_hashtags');
select tenancy.protect_tenant_table('scraping.snapshots');

-- The room's own loads write the records; people mark posts, and a rollup clears needs_rebuild, through the view.
grant execute on function scraping.newest_payload to syndication_pipeline, syndication_reader;
grant select, insert, update, delete on scraping.posts to syndication_pipeline;
grant select on scraping.post_media to syndication_pipeline;
grant select on scraping.posts, scraping.post_media to syndication_reader;

create trigger profiles_updated_at before update on scraping.profiles
for each row execute function tenancy.set_updated_at();

insert into operations.partitioned_tables (table_name)
values ('scraping.raw_payloads'), ('scraping.snapshots');
