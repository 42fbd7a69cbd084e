-- The schema of the room `scraping`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema scraping authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Direction of a download run.
create type scraping.run_kind as enum (
    'fetch',  -- network to landing zone
    'load'    -- landing zone to PostgreSQL
);

create type scraping.run_status as enum ('running', 'completed', 'failed', 'cancelled');

-- How a post was observed, in order of preference: the first value wins a tie.
create type scraping.observation_kind as enum (
    'post',     -- the item is the post itself
    'repost',   -- the item is a plain repost of the post
    'reshared'  -- the post is quoted in another post
);

-- One row is one run of a fetch or load. A run whose process died is closed by the next run of its source.
create table scraping.download_runs (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    run_id text not null default tenancy.public_id('run', nextval('scraping.run_id_sequence')),
                                                    -- Public id, such as run-0a1b2c3d.
    kind scraping.run_kind not null,                -- fetch: network to landing zone; load: landing zone to PostgreSQL.
    source text not null,                           -- Input shape, a folder of the landing zone.
    platform text,                                  -- Platform of the source; NULL for an unknown source.
    partition_from date not null,                   -- First UTC day of the run.
    partition_to date not null,                     -- Last UTC day of the run, included.
    status scraping.run_status not null default 'running',
                                                    -- Outcome of the run: running until it is closed, then completed,
                                                    -- failed or cancelled.
    started_at timestamptz not null default clock_timestamp(),
                                                    -- When the run started.
    completed_at timestamptz,                       -- When the run was closed; NULL while its status is running.
    script_name text not null,                      -- Module or asset that ran.
    dagster_run_id text,                            -- Run id in Dagster; NULL outside of Dagster.
    files_read integer not null default 0,          -- Number of landed files that a load read.
    items_read integer not null default 0,          -- Number of items in these files, including rejected items.
    items_quarantined integer not null default 0,   -- Number of rejected items and whole files.
    source_errors integer not null default 0,       -- Number of these that are no posts but errors of the source, whose
                                                    -- message is the reason in quarantine.
    posts_fetched integer not null default 0,       -- Number of posts that were fetched or loaded.
    posts_new integer not null default 0,           -- Number of posts that a load added.
    posts_updated integer not null default 0,       -- Number of posts whose text, media, links or author a load
                                                    -- changed.
    snapshots_new integer not null default 0,       -- Number of snapshots that a load added.
    snapshots_updated integer not null default 0,   -- Number of snapshots that a load replaced.
    snapshots_removed integer not null default 0,   -- Number of snapshots that a load removed because the files no
                                                    -- longer contain them.
    unknown_keys jsonb not null default '{}',       -- JSON paths that the adapter does not know → number of
                                                    -- occurrences.
    cost_usd numeric(12,6),                         -- Amount charged by the source in US dollars; NULL if not reported.
    error_message text,                             -- Why the run failed or was cancelled; NULL otherwise.
    system_info jsonb not null default '{}',        -- Host, user and versions of Python and the package.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, run_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (run_id ~ '^run-[0-9a-f]{8}$'),
    check (partition_from <= partition_to),
    check ((completed_at is null) = (status = 'running'))
);
create index download_runs_open on scraping.download_runs (kind, source) where status = 'running';
create index download_runs_started_at on scraping.download_runs (organization_id, started_at);
create index download_runs_unknown_keys on scraping.download_runs (organization_id, source, partition_from)
    where unknown_keys <> '{}';
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one distinct item of a day's landed files, as its exact text.
create table scraping.raw_payloads (
    organization_id text not null,   -- Organization that owns the row: first column of every key, and checked by
                                     -- row-level security.
    landed_on date not null,         -- UTC day of the file's folder: the partition of the load.
    source text not null,            -- Input shape of the file, the second folder of its path.
    payload_hash bytea not null,     -- BLAKE2b-128 of the exact text: the identity within a day.
    source_file_path text not null,  -- First file, by path, that contains the item; an identical item in another file
                                     -- adds no row.
    position integer not null,       -- Position of the item in the file, from 0.
    run_id text not null,            -- Download run that loaded the item from this file.
    payload json not null,           -- Exact text of the item.

    primary key (organization_id, landed_on, source, payload_hash),
    check ("position" >= 0)
) partition by range (landed_on);  -- one partition a month, such as raw_payloads_2026_01
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one profile, page or channel: tracked, or seen as an author.
create table scraping.profiles (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    profile_id text not null default tenancy.public_id('prf', nextval('scraping.profile_id_sequence')),
                                                    -- Public id, such as prf-0a1b2c3d.
    platform text not null,                         -- Platform that the handle belongs to, such as linkedin.
    username text not null,                         -- Handle on the platform (LinkedIn: in lower case), or channel id.
    name text,                                      -- Display name; NULL until an observation has it.
    kind text,                                      -- person, company or channel; NULL until an observation has it.
    headline text,                                  -- Self-description of the profile; NULL if it has none.
    profile_url text,                               -- URL of the profile page; NULL if not observed.
    is_tracked boolean not null default false,      -- User-maintained: true fetches the profile. A load never sets it,
                                                    -- because fetching costs money.
    is_active boolean not null default true,        -- User-maintained: false pauses the fetching of a tracked profile.
    notes text,                                     -- User-maintained notes; NULL if there are none.
    post_count integer not null default 0,          -- Number of observed posts and reposts by the profile.
    described_at timestamptz,                       -- When name, kind, headline and URL were observed; NULL if they
                                                    -- never were.
    last_synced_at timestamptz,                     -- Newest observation of a file that was scraped for the profile;
                                                    -- NULL if there is none.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, profile_id),
    unique (organization_id, platform, username),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (profile_id ~ '^prf-[0-9a-f]{8}$'),
    check (username <> ''),
    check (kind in ('person', 'company', 'channel'))
);
create trigger profiles_username before insert or update of platform, username on scraping.profiles for each row
    when (new.username ~ '%[0-9A-Fa-f]{2}' or not (new.username is nfc normalized) or new.platform = 'linkedin'
    and new.username ~ '[A-Z]') execute function scraping.spell_username();
create trigger profiles_updated_at before update on scraping.profiles
    for each row execute function tenancy.set_updated_at();
create trigger profiles_tracked_audit after insert on scraping.profiles for each row
    when (new.is_tracked) execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url',
    'notes');
create trigger profiles_maintained_audit after update of is_tracked, is_active, notes on scraping.profiles for each row
    when (old.is_tracked is distinct from new.is_tracked or old.is_active is distinct from new.is_active
    or old.notes is distinct
    from new.notes) execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url', 'notes');
create trigger profiles_untracked_audit after delete on scraping.profiles for each row
    when (old.is_tracked) execute function tenancy.write_audit_log('username', 'name', 'headline', 'profile_url',
    'notes');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one snapshot of a profile: its number of followers at one time.
create table scraping.profile_snapshots (
    organization_id text not null,     -- Organization that owns the row: first column of every key, and checked by
                                       -- row-level security.
    profile_id text not null,          -- Profile that was observed; refers to profiles.
    observed_at timestamptz not null,  -- When the number was true (the observation time).
    followers bigint not null,         -- Number of followers.
    run_id text not null,              -- Download run that wrote the snapshot.
    landed_file_id text not null,      -- Landed file with the snapshot; refers to landing.files.

    primary key (organization_id, profile_id, observed_at),
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id)
        on delete cascade,
    foreign key (organization_id, run_id) references scraping.download_runs (organization_id, run_id),
    foreign key (organization_id, landed_file_id) references landing.files (organization_id, landed_file_id),
    check (observed_at >= '2000-01-01 00:00:00+00' and observed_at < '2100-01-01 00:00:00+00'),
    check (followers >= 0 and followers <= '1000000000000')
);
create index profile_snapshots_landed_file on scraping.profile_snapshots (organization_id, landed_file_id);
create index profile_snapshots_run on scraping.profile_snapshots (organization_id, run_id);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one post as it last changed; people read the view posts. An observation without a change writes only its
-- snapshot, so the times here are at most those of the view.
create table scraping.post_records (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_id text not null default tenancy.public_id('p', nextval('scraping.post_id_sequence')),
                                                    -- Public id, such as p-0a1b2c3d.
    platform text not null,                         -- Platform on which the post was published, such as linkedin.
    urn text not null,                              -- Id on the platform. LinkedIn: the digits of the activity id, or
                                                    -- of the ugcPost or share id while the activity id is unknown.
    urn_kind text not null,                         -- Kind of the id in urn: activity, video, post, ugcPost, share or
                                                    -- media.
    full_urn text,                                  -- Long form of the id in the newest described observation; NULL for
                                                    -- a plain repost, or if not observed.
    posted_at timestamptz,                          -- When the post was published, as the newest observation with a
                                                    -- time tells; NULL if none does. A premiere or a rescheduled post
                                                    -- has another time before its publication.
    author_username text,                           -- Handle of the author (of a plain repost, the reposter); NULL if
                                                    -- not observed.
    profile_id text,                                -- Profile of the author; NULL if not observed.
    text_content text,                              -- Text of the newest observation with text, media or article; NULL
                                                    -- for a plain repost.
    article jsonb,                                  -- The linked article: url, title, subtitle; NULL if there is none.
    post_type text,                                 -- regular, quote, repost, video …; NULL until the post itself was
                                                    -- observed.
    url text,                                       -- URL of the post; NULL for a plain repost, or if not observed.
    reposted_post_id text,                          -- The reposted or quoted post; NULL for other posts.
    content_hash bytea,                             -- BLAKE2b-128 of text, media and links.
    content_observed_at timestamptz,                -- An observation of text, media and links, usually the first with
                                                    -- this content; NULL while all observations lack them.
    content_observed_as scraping.observation_kind not null default 'post',
                                                    -- How the post was observed when its content was observed last.
    author_observed_at timestamptz,                 -- An observation of the author, usually the first with this name;
                                                    -- NULL if none has named one.
    direct_observed_at timestamptz,                 -- An observation of the type by an item of the post itself, usually
                                                    -- the first with this type; NULL if there is none.
    posted_observed_at timestamptz,                 -- An observation of the publication time, usually the first with
                                                    -- this time; NULL if there is none.
    first_seen_at timestamptz not null,             -- Time of the first observation.
    last_seen_at timestamptz not null,              -- An observation, the newest when the row was written; of a plain
                                                    -- repost, which has no snapshots, always the newest.
    payload_source text,                            -- Source of the payload that described the post when the row was
                                                    -- written; NULL if it is not known.
    payload_hash bytea,                             -- Hash of that payload, a row of raw_payloads on the UTC day of the
                                                    -- observation; NULL if it is not known.
    payload_member text,                            -- Member of the payload that described the post, such as a quoted
                                                    -- post; NULL if the whole payload did.
    is_simulated boolean not null default false,    -- Whether the post was published by a dry run, or an observation
                                                    -- marks it as simulated: its numbers are samples, and count in no
                                                    -- measured total.
    needs_rebuild boolean not null default false,   -- True if the rollups of the post must be rebuilt from its first
                                                    -- day, because two records were merged, or its profile, its
                                                    -- publication time or is_simulated changed. The daily rollup
                                                    -- rebuilds them and clears the flag.
    is_read boolean not null default false,         -- Whether anybody has read the post. curation.post_user_state says
                                                    -- who, and keeps it so.
    is_marked boolean not null default false,       -- Whether anybody marked the post. curation.post_user_state says
                                                    -- who, and keeps it so.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id),
    unique (organization_id, platform, urn_kind, urn),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id),
    foreign key (organization_id, reposted_post_id) references scraping.post_records (organization_id, post_id),
    check (post_id ~ '^p-[0-9a-f]{8}$'),
    check (urn <> ''),
    check (posted_at >= '2000-01-01 00:00:00+00' and posted_at < '2100-01-01 00:00:00+00'),
    check (reposted_post_id <> post_id)
) with (fillfactor = 90);
create index post_records_posted_at on scraping.post_records (organization_id, posted_at);
create index post_records_profile on scraping.post_records (organization_id, profile_id, posted_at);
create index post_records_needs_rebuild on scraping.post_records (organization_id, post_id) where needs_rebuild;
create index post_records_reposted on scraping.post_records (organization_id, reposted_post_id)
    where reposted_post_id is not null;
create trigger post_records_audit after update of is_read, is_marked on scraping.post_records for each row
    when (pg_trigger_depth() = 0 and (old.is_read is distinct from new.is_read or old.is_marked is distinct
    from new.is_marked)) execute function tenancy.write_audit_log('urn', 'full_urn', 'author_username', 'text_content',
    'article', 'url');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one id of a post.
create table scraping.post_aliases (
    organization_id text not null,             -- Organization that owns the row: first column of every key, and checked
                                               -- by row-level security.
    platform text not null,                    -- Platform that assigned the id, such as linkedin.
    alias_kind text not null,                  -- Kind of the id: activity, share, ugcPost or video; media for the id
                                               -- that Instagram's Graph API has for a post; post for what is in the
                                               -- address of a post on other platforms.
    alias text not null,                       -- The id without its prefix.
    post_id text not null,                     -- Post that has the id; refers to posts.
    is_claimed boolean not null default true,  -- True for a canonical id (activity, video, post) and for an id that
                                               -- ever occurred together with one. False if only other weak ids led to
                                               -- the post: the first canonical id that occurs with it gets it.
    first_seen_at timestamptz not null,        -- When the id was first observed.

    primary key (organization_id, platform, alias_kind, alias),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (alias <> ''),
    check (alias_kind in ('activity', 'share', 'ugcPost', 'video', 'post', 'media'))
);
create index post_aliases_post on scraping.post_aliases (organization_id, post_id);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one picture, video or document of a post as it last changed; people read the view post_media. Signed URLs
-- change with every scrape, so the URL without its query is the identity.
create table scraping.media_records (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    media_id text not null default tenancy.public_id('med', nextval('scraping.media_id_sequence')),
                                                    -- Public id, such as med-0a1b2c3d.
    post_id text not null,                          -- Post that contains the medium; refers to posts.
    media_key text not null,                        -- URL without scheme and query: the identity within the post.
    media_type text not null,                       -- Kind of medium: image, video, document or thumbnail.
    media_url text not null,                        -- The URL when the row was written; while is_current, post_media
                                                    -- has the newest.
    position integer not null,                      -- Position in the post, from 0.
    width integer,                                  -- Width in pixels; NULL if not reported.
    height integer,                                 -- Height in pixels; NULL if not reported.
    title text,                                     -- Title of a document; NULL for other media.
    page_count integer,                             -- Number of pages of a document; NULL for other media.
    mime_type text,                                 -- Always NULL: post_media has it from media.media_files.
    file_size bigint,                               -- Always NULL: post_media has it from media.media_files.
    local_file_path text,                           -- Always NULL: post_media has it from media.media_files.
    is_current boolean not null default false,      -- Whether the newest text comes with the medium.
    first_seen_at timestamptz not null,             -- Time of the first observation with the medium.
    last_seen_at timestamptz not null,              -- An observation with the medium, the newest when the row was
                                                    -- written.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, media_id),
    unique (organization_id, post_id, media_key),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (media_id ~ '^med-[0-9a-f]{8}$'),
    check (media_type in ('image', 'video', 'document', 'thumbnail')),
    check ("position" >= 0)
) with (fillfactor = 90);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one hashtag, case-folded.
create table scraping.hashtags (
    organization_id text not null,       -- Organization that owns the row: first column of every key, and checked by
                                         -- row-level security.
    hashtag_id text not null default tenancy.public_id('hsh', nextval('scraping.hashtag_id_sequence')),
                                         -- Public id, such as hsh-0a1b2c3d.
    hashtag text not null,               -- The hashtag without #, NFKC-normalized and case-folded.
    first_seen_at timestamptz not null,  -- Time of the first observation with the hashtag.

    primary key (organization_id, hashtag_id),
    unique (organization_id, hashtag),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (hashtag_id ~ '^hsh-[0-9a-f]{8}$'),
    check (hashtag <> '')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one hashtag of one post. Texts are edited, so the rollup of a day counts the hashtags of that day.
create table scraping.post_hashtags (
    organization_id text not null,    -- Organization that owns the row: first column of every key, and checked by
                                      -- row-level security.
    post_id text not null,            -- Post whose text contains the hashtag; refers to posts.
    hashtag_id text not null,         -- Hashtag in the text; refers to hashtags.
    seen_on datemultirange not null,  -- UTC days from an observation of the text with the hashtag to the next
                                      -- observation without it; unbounded if the newest has it. Nothing is known of
                                      -- days without an observation.
    is_current boolean not null,      -- Whether the newest text contains the hashtag.

    primary key (organization_id, post_id, hashtag_id),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    foreign key (organization_id, hashtag_id) references scraping.hashtags (organization_id, hashtag_id)
        on delete cascade
) with (fillfactor = 90);
create index post_hashtags_hashtag on scraping.post_hashtags (organization_id, hashtag_id);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one snapshot: the counters of one post at one time. The view data_downloads adds the path of the landed
-- file. The order of the columns minimizes the padding of a row.
create table scraping.snapshots (
    downloaded_at timestamptz not null,            -- When the numbers were true (the observation time).
    reactions bigint,                              -- Cumulative likes and other reactions of all kinds; NULL if not
                                                   -- measured.
    comments bigint,                               -- Cumulative comments; NULL if not measured.
    shares bigint,                                 -- Cumulative reposts, retweets, reblogs; NULL if not measured.
    saves bigint,                                  -- Cumulative saves and bookmarks; NULL if not measured.
    clicks bigint,                                 -- Cumulative clicks, not public; NULL if not measured.
    views bigint,                                  -- Cumulative plays and views; NULL if not measured.
    impressions bigint,                            -- Cumulative number of times the post was shown; NULL if not
                                                   -- measured.
    reach bigint,                                  -- Cumulative number of people who saw the post, never summed over
                                                   -- posts; NULL if not measured.
    posted_at timestamptz,                         -- The publication time that the observation tells, so that the post
                                                   -- follows its newest; NULL if it tells none.
    payload_key bigint,                            -- First eight bytes of the hash of the payload that describes the
                                                   -- post at this time: the row of raw_payloads of that UTC day and of
                                                   -- the source of the landed file. NULL if it is not known.
    observed_at_source landing.observation_time_source not null,
                                                   -- Where the observation time comes from.
    observed_as scraping.observation_kind not null default 'post',
                                                   -- How the post was observed: as the item itself, through a repost,
                                                   -- or quoted.
    is_description boolean not null default true,  -- Whether text, media or article were also observed at this time;
                                                   -- false for counters alone.
    lacks_author boolean,                          -- True if no item of this time named the author; NULL, which takes
                                                   -- no space, if one did.
    lacks_type boolean,                            -- True if no item of the post itself (not of a repost or quote) had
                                                   -- its type at this time; NULL if one did.
    organization_id text not null,                 -- Organization that owns the row: first column of every key, and
                                                   -- checked by row-level security.
    download_id text not null default tenancy.public_id('dl', nextval('scraping.download_id_sequence')),
                                                   -- Public id, such as dl-0a1b2c3d.
    post_id text not null,                         -- Post that was observed; refers to posts.
    run_id text not null,                          -- Download run that wrote the snapshot.
    landed_file_id text not null,                  -- Landed file with the snapshot; refers to landing.files.
    payload_member text,                           -- Member of the payload that describes the post, such as a quoted
                                                   -- post; NULL if the whole payload does.
    stats jsonb,                                   -- Counters that only this platform has, as reported: LinkedIn
                                                   -- {"reactions": {"like": …, "celebrate": …}}; NULL if there are
                                                   -- none.

    primary key (organization_id, post_id, downloaded_at),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id),
    foreign key (organization_id, run_id) references scraping.download_runs (organization_id, run_id),
    foreign key (organization_id, landed_file_id) references landing.files (organization_id, landed_file_id),
    check (downloaded_at >= '2000-01-01 00:00:00+00' and downloaded_at < '2100-01-01 00:00:00+00'),
    check (reactions >= 0 and reactions <= '1000000000000'),
    check (comments >= 0 and comments <= '1000000000000'),
    check (shares >= 0 and shares <= '1000000000000'),
    check (saves >= 0 and saves <= '1000000000000'),
    check (clicks >= 0 and clicks <= '1000000000000'),
    check (views >= 0 and views <= '1000000000000'),
    check (impressions >= 0 and impressions <= '1000000000000'),
    check (reach >= 0 and reach <= '1000000000000')
) partition by range (downloaded_at);  -- one partition a month, such as snapshots_2026_01
create index snapshots_downloaded_at on scraping.snapshots using brin (downloaded_at) with (pages_per_range='16');
create index snapshots_file_and_run on scraping.snapshots using brin (organization_id,
    landed_file_id text_bloom_ops (n_distinct_per_range='256', false_positive_rate='0.001'),
    run_id text_bloom_ops (n_distinct_per_range='32', false_positive_rate='0.001')) with (pages_per_range='64',
    autosummarize='on');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one record of a post that was merged into another. Archived months may still name it.
create table scraping.merged_posts (
    organization_id text not null,                 -- Organization that owns the row: first column of every key, and
                                                   -- checked by row-level security.
    losing_post_id text not null,                  -- Id of the record that is gone.
    winning_post_id text not null,                 -- Post that has its rows; refers to posts.
    merged_at timestamptz not null default now(),  -- When they were merged.

    primary key (organization_id, losing_post_id),
    foreign key (organization_id, winning_post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (losing_post_id ~ '^p-[0-9a-f]{8}$')
);
create index merged_posts_winner on scraping.merged_posts (organization_id, winning_post_id);
create trigger merged_posts_curation after insert on scraping.merged_posts
    for each row execute function curation.follow_merged_posts();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is how often posts up to one age are fetched again; older posts than the oldest age are not. User-maintained.
-- Holds for organizations without rows of their own in organization_snapshot_intervals.
create table scraping.snapshot_intervals (
    younger_than_days integer not null,  -- Age in days below which the row counts for a post, if no smaller one does; 0
                                         -- for posts that are not known yet: how often each profile is asked for new
                                         -- ones.
    every_hours integer not null,        -- Hours between two snapshots of a post.

    primary key (younger_than_days),
    check (younger_than_days >= 0 and younger_than_days <= 3650),
    check (every_hours >= 1 and every_hours <= 8760)
);
create trigger snapshot_intervals_changes after insert or delete or update on scraping.snapshot_intervals
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is how often posts of one organization up to one age are fetched again. User-maintained. The ages of an
-- organization replace those of snapshot_intervals together; the age 0, of new posts, is replaced by itself.
create table scraping.organization_snapshot_intervals (
    organization_id text not null,       -- Organization that owns the row: first column of every key, and checked by
                                         -- row-level security.
    younger_than_days integer not null,  -- Age in days below which the row counts for a post, if no smaller one does; 0
                                         -- for posts that are not known yet.
    every_hours integer not null,        -- Hours between two snapshots of a post.

    primary key (organization_id, younger_than_days),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (younger_than_days >= 0 and younger_than_days <= 3650),
    check (every_hours >= 1 and every_hours <= 8760)
);
create trigger organization_snapshot_intervals_audit after insert or delete or update
    on scraping.organization_snapshot_intervals for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one profile and how far its newest fetch reached. A fetch writes it once its files have landed, so that
-- what is due does not depend on when they are loaded.
create table scraping.profile_fetches (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    profile_id text not null,       -- Profile that was fetched; refers to profiles.
    fetched_at timestamptz,         -- When its newest file was observed; NULL if none has landed.
    reached_back_to timestamptz,    -- All posts of the profile that were published since were asked for, so that one
                                    -- that is missing is gone; NULL if the fetch met no post with a time.
    newest_posted_at timestamptz,   -- When the newest post that a fetch has met was published; NULL if none has.
    failed_at timestamptz,          -- When a fetch got nothing of the profile; NULL if none has failed since the newest
                                    -- file.

    primary key (organization_id, profile_id),
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id)
        on delete cascade,
    check (num_nonnulls(fetched_at, failed_at) > 0)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one time in which posts of a profile may be missing, because a fetch ended before it reached the newest
-- post that was known. Later fetches reach for it, and close it when they get there.
create table scraping.post_gaps (
    organization_id text not null,          -- Organization that owns the row: first column of every key, and checked by
                                            -- row-level security.
    profile_id text not null,               -- Profile whose posts may be missing; refers to profiles.
    published_after timestamptz not null,   -- When the newest post before the gap was published.
    published_before timestamptz not null,  -- When the oldest post after the gap was published, as far as fetches have
                                            -- got.
    reason text not null,                   -- Why the newest fetch that reached for it ended before.
    attempts integer not null default 1,    -- Number of fetches that reached for it in vain.
    found_at timestamptz not null,          -- When the fetch that left it ended.
    closed_at timestamptz,                  -- When a fetch got there; NULL while posts may be missing.

    primary key (organization_id, profile_id, published_after),
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id)
        on delete cascade,
    check (reason <> ''),
    check (attempts > 0),
    check (published_after < published_before)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one snapshot: the counters of one post at one time. NULL means "not measured", 0 is a measured zero.
create view scraping.data_downloads (
    organization_id,     -- text
    download_id,         -- text: Public id, such as dl-0a1b2c3d.
    post_id,             -- text: Post that was observed; refers to posts.
    run_id,              -- text: Download run that wrote the snapshot.
    downloaded_at,       -- timestamptz: When the numbers were true (the observation time).
    observed_at_source,  -- landing.observation_time_source: Where the observation time comes from.
    observed_as,         -- scraping.observation_kind: How the post was observed: as the item itself, through a repost,
                         -- or quoted.
    is_description,      -- boolean: Whether text, media or article were also observed at this time; false for counters
                         -- alone.
    reactions,           -- bigint: Cumulative likes and other reactions of all kinds; NULL if not measured.
    comments,            -- bigint: Cumulative comments; NULL if not measured.
    shares,              -- bigint: Cumulative reposts, retweets, reblogs; NULL if not measured.
    saves,               -- bigint: Cumulative saves and bookmarks; NULL if not measured.
    clicks,              -- bigint: Cumulative clicks, not public; NULL if not measured.
    views,               -- bigint: Cumulative plays and views; NULL if not measured.
    impressions,         -- bigint: Cumulative number of times the post was shown; NULL if not measured.
    reach,               -- bigint: Cumulative number of people who saw the post, never summed over posts; NULL if not
                         -- measured.
    stats,               -- jsonb: Counters that only this platform has, as reported: LinkedIn {"reactions": {"like": …,
                         -- "celebrate": …}}; NULL if there are none.
    source_file_path     -- text: Path of the landed file that contains the snapshot, relative to the root of the
                         -- landing zone.
) with (security_invoker = true) as
select s.organization_id,
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
     left join landing.files f on f.organization_id = s.organization_id and f.landed_file_id = s.landed_file_id;
-- pipeline: select; reader: select

-- One row is one post. Its counters are in data_downloads, one row per observation.
create view scraping.posts (
    organization_id,      -- text
    post_id,              -- text: Public id, such as p-0a1b2c3d.
    platform,             -- text: Platform on which the post was published, such as linkedin.
    urn,                  -- text: Id on the platform. LinkedIn: the digits of the activity id, or of the ugcPost or
                          -- share id while the activity id is unknown.
    urn_kind,             -- text: Kind of the id in urn: activity, video, post, ugcPost, share or media.
    full_urn,             -- text: Long form of the id in the newest described observation; NULL for a plain repost, or
                          -- if not observed.
    posted_at,            -- timestamptz: When the post was published, as the newest observation with a time tells; NULL
                          -- if none does. A premiere or a rescheduled post has another time before its publication.
    author_username,      -- text: Handle of the author (of a plain repost, the reposter); NULL if not observed.
    profile_id,           -- text: Profile of the author; NULL if not observed.
    text_content,         -- text: Text of the newest observation with text, media or article; NULL for a plain repost.
    article,              -- jsonb: The linked article: url, title, subtitle; NULL if there is none.
    post_type,            -- text: regular, quote, repost, video …; NULL until the post itself was observed.
    url,                  -- text: URL of the post; NULL for a plain repost, or if not observed.
    reposted_post_id,     -- text: The reposted or quoted post; NULL for other posts.
    raw_json,             -- jsonb: Source JSON of the observation that the text comes from; of the newest observation
                          -- while none has a text. NULL if the file with it was withdrawn.
    content_hash,         -- bytea: BLAKE2b-128 of text, media and links.
    content_observed_at,  -- timestamptz: When text, media and links were observed last; NULL while all observations
                          -- lack them (counters alone).
    content_observed_as,  -- scraping.observation_kind: How the post was observed when its content was observed last.
    author_observed_at,   -- timestamptz: When an observation last named the author; NULL if none has.
    direct_observed_at,   -- timestamptz: When an item of the post itself (not of a repost or quote) last had its type;
                          -- NULL if never.
    posted_observed_at,   -- timestamptz: When an observation last told the publication time; NULL if none has.
    first_seen_at,        -- timestamptz: Time of the first observation.
    last_seen_at,         -- timestamptz: Time of the newest observation.
    is_simulated,         -- boolean: Whether the post was published by a dry run, or an observation marks it as
                          -- simulated: its numbers are samples, and count in no measured total.
    needs_rebuild,        -- boolean: True if the rollups of the post must be rebuilt from its first day, because two
                          -- records were merged, or its profile, its publication time or is_simulated changed. The
                          -- daily rollup rebuilds them and clears the flag.
    is_read,              -- boolean: User-maintained: whether the post has been read.
    is_marked,            -- boolean: User-maintained: whether the post is marked.
    created_at,           -- timestamptz
    updated_at            -- timestamptz
) with (security_invoker = true) as
select organization_id,
    post_id,
    platform,
    urn,
    urn_kind,
    full_urn,
    posted_at,
    author_username,
    profile_id,
    text_content,
    article,
    post_type,
    url,
    reposted_post_id,
    scraping.newest_payload(organization_id, post_id) as raw_json,
    content_hash,
    greatest(content_observed_at, ( select max(s.downloaded_at) as max
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id
              and s.is_description)) as content_observed_at,
    content_observed_as,
    greatest(author_observed_at, ( select max(s.downloaded_at) as max
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id
              and s.lacks_author is null)) as author_observed_at,
    greatest(direct_observed_at, ( select max(s.downloaded_at) as max
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id
              and s.lacks_type is null)) as direct_observed_at,
    greatest(posted_observed_at, ( select max(s.downloaded_at) as max
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id
              and s.posted_at is not null)) as posted_observed_at,
    first_seen_at,
    greatest(last_seen_at, ( select max(s.downloaded_at) as max
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id)) as last_seen_at,
    is_simulated,
    needs_rebuild,
    is_read,
    is_marked,
    created_at,
    updated_at
   from scraping.post_records r;
-- pipeline: select, insert, update, delete; reader: select

-- One row is one picture, video or document of a post. Signed URLs change with every scrape, so the URL without its
-- query is the identity.
create view scraping.post_media (
    organization_id,  -- text
    media_id,         -- text: Public id, such as med-0a1b2c3d.
    post_id,          -- text: Post that contains the medium; refers to posts.
    media_key,        -- text: URL without scheme and query: the identity within the post.
    media_type,       -- text: Kind of medium: image, video, document or thumbnail.
    media_url,        -- text: The newest URL; signed URLs expire within weeks.
    position,         -- integer: Position in the post, from 0.
    width,            -- integer: Width in pixels; NULL if not reported.
    height,           -- integer: Height in pixels; NULL if not reported.
    title,            -- text: Title of a document; NULL for other media.
    page_count,       -- integer: Number of pages of a document; NULL for other media.
    mime_type,        -- text: MIME type of the cached file; NULL if it is not cached.
    file_size,        -- bigint: Size of the cached file in bytes; NULL if it is not cached.
    local_file_path,  -- text: Path of the cached file below SYNDICATION_MEDIA_URL; NULL if it is not cached.
    first_seen_at,    -- timestamptz: Time of the first observation with the medium.
    last_seen_at,     -- timestamptz: Time of the newest observation with the medium.
    created_at,       -- timestamptz
    updated_at        -- timestamptz
) with (security_invoker = true) as
select m.organization_id,
    m.media_id,
    m.post_id,
    m.media_key,
    m.media_type,
        case
            when m.is_current then coalesce(( select btrim(u.string #>> '{}') as btrim
               from jsonb_path_query(scraping.newest_payload(m.organization_id, m.post_id),
                   '$.**?(@.type() == "string")') with ordinality u(string, place)
              where strpos(u.string #>> '{}', m.media_key) > 0
                  and m.media_key = btrim(split_part(split_part(regexp_replace(btrim(u.string #>> '{}'),
                  '^([a-zA-Z][a-zA-Z0-9+.-]*:)?//', ''), '#', 1), '?', 1))
              order by u.place
             limit 1), m.media_url)
            else m.media_url
        end as media_url,
    m."position",
    m.width,
    m.height,
    m.title,
    m.page_count,
    f.mime_type,
    f.size_bytes as file_size,
    f.object_path as local_file_path,
    m.first_seen_at,
        case
            when m.is_current then greatest(m.last_seen_at, ( select max(s.downloaded_at) as max
               from scraping.snapshots s
              where s.organization_id = m.organization_id and s.post_id = m.post_id and s.is_description))
            else m.last_seen_at
        end as last_seen_at,
    m.created_at,
    m.updated_at
   from scraping.media_records m
     join scraping.post_records r on r.organization_id = m.organization_id and r.post_id = m.post_id
     left join media.cached_media c on c.organization_id = m.organization_id and c.media_id = m.media_id
     left join media.media_files f on f.organization_id = c.organization_id and f.media_file_id = c.media_file_id;
-- pipeline: select; reader: select

-- One row is one id by which a platform names a post when it is published. Most platforms have one id for a post; on
-- LinkedIn it is one of several and names its kind, such as urn:li:share:7141138937766391808; on Instagram it is the id
-- of the Graph API.
create view scraping.post_ids (
    organization_id,   -- text: Organization that owns the row, checked by row-level security.
    platform,          -- text: Platform that assigned the id, such as linkedin.
    platform_post_id,  -- text: The id, as in publishing.post_targets.
    post_id            -- text: Post that has the id; refers to posts.
) with (security_invoker = true) as
select posts.organization_id,
    posts.platform,
    posts.urn as platform_post_id,
    posts.post_id
   from scraping.posts
  where posts.urn_kind <> 'media'
union all
 select post_aliases.organization_id,
    post_aliases.platform,
        case
            when post_aliases.alias_kind = 'media' then post_aliases.alias
            else (('urn:li:' || post_aliases.alias_kind) || ':') || post_aliases.alias
        end as platform_post_id,
    post_aliases.post_id
   from scraping.post_aliases
  where post_aliases.platform = 'linkedin' or post_aliases.alias_kind = 'media';
-- pipeline: select; reader: select

-- One row is how often posts of one organization up to one age are fetched again: by a row of its own, or by the shared
-- one.
create view scraping.snapshot_intervals_in_force (
    organization_id,    -- text
    younger_than_days,  -- integer
    every_hours         -- integer
) with (security_invoker = true) as
select o.organization_id,
    i.younger_than_days,
    i.every_hours
   from tenancy.organizations o
     cross join lateral ( select own.younger_than_days,
            own.every_hours
           from scraping.organization_snapshot_intervals own
          where own.organization_id = o.organization_id
        union all
         select shared.younger_than_days,
            shared.every_hours
           from scraping.snapshot_intervals shared
          where not (exists ( select
                   from scraping.organization_snapshot_intervals own
                  where own.organization_id = o.organization_id
                      and (own.younger_than_days = 0) = (shared.younger_than_days = 0)))) i;
-- pipeline: select; reader: select

-- One row is one post of a tracked profile that is young enough to be looked at again. It is due from due_at on.
create view scraping.sampled_posts (
    organization_id,  -- text
    platform,         -- text
    profile_id,       -- text
    username,         -- text: Handle of the profile, or channel id.
    post_id,          -- text
    url,              -- text
    posted_at,        -- timestamptz
    every_hours,      -- integer: Hours between two snapshots of a post of this age.
    seen_at,          -- timestamptz: When its newest snapshot was taken, or a fetch asked for it in vain; when it was
                      -- published if neither ever happened.
    due_at            -- timestamptz: When it is to be looked at again: nine tenths of the interval after seen_at,
                      -- because a fetch by the clock takes its snapshots some minutes after the hour, and would
                      -- otherwise skip every second hour.
) with (security_invoker = true) as
select r.organization_id,
    r.platform,
    r.profile_id,
    p.username,
    r.post_id,
    r.url,
    r.posted_at,
    i.every_hours,
    seen.seen_at,
    seen.seen_at + make_interval(mins => i.every_hours * 54) as due_at
   from scraping.post_records r
     join scraping.profiles p on r.organization_id = p.organization_id and r.profile_id = p.profile_id
     join lateral ( select f.every_hours
           from scraping.snapshot_intervals_in_force f
          where f.organization_id = r.organization_id
              and r.posted_at > (now() - make_interval(days => f.younger_than_days))
          order by f.younger_than_days
         limit 1) i on true
     left join scraping.profile_fetches l on r.organization_id = l.organization_id and r.profile_id = l.profile_id
     cross join lateral ( select coalesce(greatest(max(s.downloaded_at),
                case
                    when r.posted_at >= l.reached_back_to then l.fetched_at
                    else null
                end), r.posted_at) as seen_at
           from scraping.snapshots s
          where s.organization_id = r.organization_id and s.post_id = r.post_id) seen
  where p.is_tracked and p.is_active and r.posted_at <= now() and r.post_type is distinct from 'repost'
      and not r.is_simulated;
-- pipeline: select; reader: select

-- One spelling of a profile's name: without percent-escapes, in Unicode's composed form, and on LinkedIn in lower case.
-- The loads spell names in the same way.
create function scraping.canonical_username(platform text, name text)
returns text language plpgsql immutable set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Spells the name of a profile canonically, also if a person copied it from an address.
create function scraping.spell_username()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    new.username := scraping.canonical_username(new.platform, new.username);
    return new;
end
$$;
-- execute: only its owner

-- The source JSON of the observation that the text of a post comes from; of its newest observation while none has a
-- text. NULL if the only file with it was withdrawn.
create function scraping.newest_payload(organization text, post text)
returns jsonb language sql stable set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute; reader: execute

-- Merges two records of the same post: moves all rows of `losing_post_id` to `winning_post_id`, deletes the losing
-- record and remembers its id in merged_posts. Where both have the same row (a snapshot of one time, a picture), the
-- winner's row stays.
create function scraping.merge_posts(organization text, winning_post_id text, losing_post_id text)
returns void language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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

    update scraping.merged_posts as m set winning_post_id = merge_posts.winning_post_id
    where m.organization_id = organization and m.winning_post_id = merge_posts.losing_post_id;
    insert into scraping.merged_posts (organization_id, losing_post_id, winning_post_id)
    values (organization, merge_posts.losing_post_id, merge_posts.winning_post_id)
    on conflict on constraint merged_posts_pkey do update set
        winning_post_id = excluded.winning_post_id, merged_at = excluded.merged_at;

    delete from scraping.post_records where organization_id = organization and post_id = losing_post_id;
end
$$;
-- pipeline: execute

create sequence scraping.run_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence scraping.profile_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence scraping.post_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence scraping.media_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence scraping.hashtag_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence scraping.download_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
