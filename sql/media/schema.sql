-- The schema of the room `media`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema media authorization syndication_owner;  -- pipeline: usage; reader: usage

-- What became of the URL of a medium.
create type media.cache_state as enum (
    'waiting',   -- it is to be fetched, not before next_attempt_at
    'cached',    -- its file is stored
    'expired',   -- its URL is no longer valid; the next scrape with a new URL makes it wait again
    'gone',      -- the server answered 403, 404 or 410 to a valid URL; a new URL makes it wait again
    'rejected',  -- what the URL leads to may not be stored: a private address, too large, another kind of content,
                 -- damaged
    'failed'     -- several attempts failed for reasons that may pass; `syndication media retry` makes it wait again
);

-- What became of an analysis.
create type media.analysis_state as enum (
    'pending',    -- it is to be done, not before next_attempt_at
    'analyzing',  -- a run does it, until leased_until at most
    'completed',  -- its result is stored
    'rejected',   -- the analyzer does not take this picture: it is damaged or too large, or the model declines
    'failed'      -- several attempts failed; `syndication media retry-analyses` makes it pending again
);

-- What a model says of the safety of a picture.
create type media.safety as enum (
    'safe',       -- for everybody
    'sensitive',  -- people should look before it is used: nudity, injuries, weapons, drugs, alcohol
    'unsafe'      -- explicit, violent or hateful
);

-- Whether a source wants its author named where a picture is shown.
create type media.attribution_duty as enum (
    'never',      -- nothing is owed
    'always',     -- with each picture
    'by_licence'  -- as the licence of the picture says
);

-- One row is one stored file of an organization, by its content: however often a file is met, it is stored once, below
-- SYNDICATION_MEDIA_URL.
create table media.media_files (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    media_file_id text not null default tenancy.public_id('mfl', nextval('media.media_file_id_sequence')),
                                                    -- Public id, such as mfl-0a1b2c3d.
    sha256 text not null,                           -- SHA-256 of the content in hexadecimal: the identity of the file.
    size_bytes bigint not null,                     -- Size of the file in bytes.
    mime_type text not null,                        -- MIME type by the content, whatever the server or the name of the
                                                    -- file said.
    object_path text not null,                      -- Path of the file below SYNDICATION_MEDIA_URL.
    width integer,                                  -- Width in pixels as it is shown; NULL for other files than
                                                    -- pictures and videos.
    height integer,                                 -- Height in pixels as it is shown; NULL for other files than
                                                    -- pictures and videos.
    frame_count integer,                            -- Number of frames of a picture: 1 unless it is animated; NULL for
                                                    -- other files than pictures.
    perceptual_hash bigint,                         -- 64-bit difference hash of the first frame: pictures that look
                                                    -- alike differ in few bits; NULL for other files than pictures.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    duration_seconds numeric(12,3),                 -- Length of a video; NULL for other files, and if the video does
                                                    -- not say it.
    page_count integer,                             -- Number of pages of a document; NULL for other files.
    thumbnail_path text,                            -- Path of a JPEG of 256 by 256 pixels at most below
                                                    -- SYNDICATION_MEDIA_URL, of the picture, a frame of the video or
                                                    -- the first page, without the metadata of the file; NULL if there
                                                    -- is none.
    poster_path text,                               -- Path of a JPEG of 1024 by 1024 pixels at most, of a frame of the
                                                    -- video or the first page; NULL for pictures.
    no_preview_reason text,                         -- Why there is neither thumbnail nor poster; NULL if there is one.
    hash_low integer generated always as (case when bit_count(perceptual_hash::bit(64)) >= 8
        and bit_count(perceptual_hash::bit(64)) <= 56 then (perceptual_hash & 2097151::bigint)::integer
        else null end) stored,                      -- The lowest 21 bits of perceptual_hash. If two hashes differ in 5
                                                    -- bits at most, one of their three parts differs in 1 at most. NULL
                                                    -- without a hash, and for a nearly uniform picture.
    hash_middle integer generated always as (case when bit_count(perceptual_hash::bit(64)) >= 8
        and bit_count(perceptual_hash::bit(64)) <= 56 then ((perceptual_hash >> 21) & 2097151::bigint)::integer
        else null end) stored,                      -- The 21 bits of perceptual_hash above hash_low; NULL as hash_low.
    hash_high integer generated always as (case when bit_count(perceptual_hash::bit(64)) >= 8
        and bit_count(perceptual_hash::bit(64)) <= 56 then ((perceptual_hash >> 42) & 4194303::bigint)::integer
        else null end) stored,                      -- The highest 22 bits of perceptual_hash; NULL as hash_low.
    archived_at timestamptz,                        -- When the file was moved below SYNDICATION_MEDIA_ARCHIVE_URL, at
                                                    -- the same path; NULL while it is below SYNDICATION_MEDIA_URL. Its
                                                    -- small copies stay there.

    primary key (organization_id, media_file_id),
    unique (organization_id, sha256),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (media_file_id ~ '^mfl-[0-9a-f]{8}$'),
    check (sha256 ~ '^[0-9a-f]{64}$'),
    check (size_bytes > 0),
    check (mime_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    check (object_path <> ''),
    check (width > 0),
    check (height > 0),
    check (frame_count > 0),
    check (num_nonnulls(width, height) <> 1),
    check (duration_seconds > 0::numeric),
    check (page_count > 0),
    check (thumbnail_path <> ''),
    check (poster_path <> ''),
    check (no_preview_reason <> ''),
    check (thumbnail_path is null or no_preview_reason is null)
);
create index media_files_hash_low on media.media_files (organization_id, hash_low) where hash_low is not null;
create index media_files_hash_middle on media.media_files (organization_id, hash_middle) where hash_middle is not null;
create index media_files_hash_high on media.media_files (organization_id, hash_high) where hash_high is not null;
create trigger set_updated_at before update on media.media_files for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one medium of a post (scraping.post_media), and what became of its URL. The URL itself is read from the
-- newest observation when it is fetched.
create table media.cached_media (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    media_id text not null,                         -- Medium of a post; refers to scraping.media_records.
    state media.cache_state not null default 'waiting',
                                                    -- What became of its URL.
    media_file_id text,                             -- Its stored file; NULL until it is cached.
    host text not null,                             -- Host of the URL, or "no host" if the URL has none.
    url_sha256 text not null,                       -- SHA-256 in hexadecimal of the newest known URL: a new URL is
                                                    -- recognized by it.
    url_expires_at timestamptz,                     -- When the URL expires, as it says itself; NULL if it does not say
                                                    -- so.
    queued_at timestamptz not null,                 -- When the medium, or its newest URL, was first found.
    state_since timestamptz not null,               -- When the state was entered.
    attempts integer not null default 0,            -- How often the newest URL was fetched.
    next_attempt_at timestamptz,                    -- Time before which a waiting medium is not fetched; NULL for the
                                                    -- other states.
    reason text,                                    -- Why the last attempt stored nothing, without the URL; NULL if
                                                    -- none failed.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    url_observed_at timestamptz,                    -- Newest observation of the post that the URL was read from: a
                                                    -- newer one may have another URL. NULL if it is not known.

    primary key (organization_id, media_id),
    foreign key (organization_id, media_id) references scraping.media_records (organization_id, media_id)
        on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files (organization_id, media_file_id),
    check (host <> ''),
    check (url_sha256 ~ '^[0-9a-f]{64}$'),
    check (attempts >= 0),
    check (reason <> ''),
    check ((state = 'cached') = (media_file_id is not null)),
    check ((state = 'waiting') = (next_attempt_at is not null)),
    check (state = 'cached' or state = 'waiting' or reason is not null)
);
create index cached_media_waiting on media.cached_media (organization_id, url_expires_at, queued_at)
    where state = 'waiting';
create index cached_media_file on media.cached_media (organization_id, media_file_id) where media_file_id is not null;
create trigger set_updated_at before update on media.cached_media
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is how gently media are fetched from a host and all names below it, together; others is for each host without
-- a row. User-maintained.
create table media.host_limits (
    host text not null,                             -- Name of the host in lower case, such as cdninstagram.com, which
                                                    -- includes scontent.cdninstagram.com; or others.
    connections integer not null,                   -- How many media are fetched from it at once.
    pause_seconds numeric(8,3) not null default 0,  -- Pause on a connection after each medium, at least.
    run_bytes bigint,                               -- Bytes after which a run fetches nothing more from it, so that the
                                                    -- rest waits for the next run; NULL for no limit.
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    jitter_seconds numeric(8,3) not null default 0,
                                                    -- Up to how many seconds each pause is longer, at random, so that
                                                    -- media are not fetched at a beat.

    primary key (host),
    check (host = 'others' or host ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+$'),
    check (connections > 0),
    check (pause_seconds >= 0::numeric),
    check (run_bytes > 0),
    check (jitter_seconds >= 0::numeric)
);
create trigger host_limits_changes after insert or delete or update on media.host_limits
    for each row execute function channels.write_rule_change();
create trigger set_updated_at before update on media.host_limits for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one analyzer that an organization has chosen for its pictures. Without a row, `colours` is active and the
-- others are not. User-maintained.
create table media.analyzers (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    analyzer text not null,                         -- colours: the dominant colours. rapidocr, tesseract: the text in a
                                                    -- picture, read on this machine. vision: a language model that sees
                                                    -- pictures.
    model text,                                     -- Model of the analyzer vision; NULL for the others.
    languages text[] not null default '{}',         -- Languages that tesseract reads, as its data are named, such as
                                                    -- ara; empty for the others.
    pictures_per_run integer not null default 500,  -- The most pictures that one run analyses.
    is_active boolean not null default true,        -- False pauses it; what it found stays.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, analyzer),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (analyzer in ('colours', 'rapidocr', 'tesseract', 'vision')),
    check (model <> ''),
    check (pictures_per_run > 0),
    check ((analyzer = 'vision') = (model is not null)),
    check ((analyzer = 'tesseract') = (languages <> '{}'))
);
create trigger set_updated_at before update on media.analyzers for each row execute function tenancy.set_updated_at();
create trigger analyzers_audit after insert or delete or update on media.analyzers
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one version of an analyzer: the program, model and prompt that analyses were made with. A run adds a row
-- when one of them is new; a row never changes.
create table media.analyzer_versions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    analyzer text not null,                         -- As in analyzers.
    version integer not null,                       -- From 1, in the order of their first use.
    program text not null,                          -- Program with its version, such as rapidocr 3.10.0.
    model text,                                     -- Model that was asked; NULL for programs of this machine.
    prompt text,                                    -- What the model was asked; NULL for programs of this machine.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, analyzer, version),
    constraint analyzer_versions_organization_id_analyzer_program_model_pr_key unique nulls not distinct
        (organization_id, analyzer, program, model, prompt),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (version >= 1),
    check (program <> ''),
    check (model <> ''),
    check (prompt <> '')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what one version of an analyzer found in one content, however many posts show it, or why it found nothing.
-- What an analyzer does not say is NULL.
create table media.analyses (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    analysis_id text not null default tenancy.public_id('ana', nextval('media.analysis_id_sequence')),
                                                    -- Public id, such as ana-0a1b2c3d.
    sha256 text not null,                           -- The content: SHA-256 in hexadecimal; refers to media_files.
    analyzer text not null,                         -- As in analyzers.
    version integer not null,                       -- Version of the analyzer; refers to analyzer_versions.
    state media.analysis_state not null default 'pending',
                                                    -- What became of it.
    state_since timestamptz not null,               -- When the state was entered.
    is_newest boolean not null default false,       -- Whether it is the last completed analysis of its content by its
                                                    -- analyzer, whichever version made it.
    queued_at timestamptz not null,                 -- When the content was first found for this version.
    next_attempt_at timestamptz,                    -- Time before which it is not attempted; NULL unless it is pending.
    attempts integer not null default 0,            -- Attempts that were started. A run that dies has started one, so
                                                    -- that a picture that ends its run is parked.
    lease_id uuid,                                  -- The lease of the run that does it; NULL unless it is analyzing.
    leased_until timestamptz,                       -- When another run may take it over; NULL unless it is analyzing.
    reason text,                                    -- Why the last attempt found nothing, without what a server or the
                                                    -- picture said; NULL if none failed.
    text_in_picture text,                           -- The text that is seen in the picture, with line breaks; empty if
                                                    -- there is none, NULL if nobody has looked for it.
    text_language text,                             -- Language of that text, such as en; NULL if the analyzer does not
                                                    -- say it.
    colours jsonb,                                  -- Dominant colours, the largest share first: [{"colour": "#aa3311",
                                                    -- "share": 0.41}]. The shares of the whole picture, so their sum is
                                                    -- below 1 where the picture has more colours.
    description text,                               -- What the picture shows, in one or two sentences of a model.
    objects text[],                                 -- Things that a model sees in the picture; empty if it sees none.
    safety media.safety,                            -- Whether a model finds it safe to show.
    safety_reason text,                             -- Why a model finds it sensitive or unsafe.
    alt_text text,                                  -- Suggestion of a model for the alternative text, which a person
                                                    -- checks before it is used.
    confidence real,                                -- From 0 to 1: of a reader of text, how sure it is of the letters;
                                                    -- of a model, how sure it says it is.
    usage_id text,                                  -- The last request to a model, in operations.api_usage; NULL for
                                                    -- analyzers that ask none.
    input_tokens bigint,                            -- Input tokens of all requests as reported; NULL if none was.
    output_tokens bigint,                           -- Output tokens of all requests as reported; NULL if none was.
    latency_ms integer,                             -- Milliseconds of the last request; NULL without one.
    cost numeric(14,8),                             -- Known cost of all requests; NULL if none is known.
    currency text,                                  -- ISO 4217 code of the cost; NULL without one.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, analysis_id),
    unique (organization_id, sha256, analyzer, version),
    foreign key (organization_id, sha256) references media.media_files (organization_id, sha256) on delete cascade,
    foreign key (organization_id, analyzer, version)
        references media.analyzer_versions (organization_id, analyzer, version) on delete cascade,
    check (analysis_id ~ '^ana-[0-9a-f]{8}$'),
    check (attempts >= 0),
    check (reason <> ''),
    check (text_language <> ''),
    check (jsonb_typeof(colours) = 'array'),
    check (description <> ''),
    check (safety_reason <> ''),
    check (alt_text <> ''),
    check (confidence >= 0::double precision and confidence <= 1::double precision),
    check (input_tokens >= 0),
    check (output_tokens >= 0),
    check (latency_ms >= 0),
    check (cost >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check ((state = 'pending') = (next_attempt_at is not null)),
    check ((state = 'analyzing') = (lease_id is not null)),
    check ((lease_id is null) = (leased_until is null)),
    check ((state not in ('rejected', 'failed')) or reason is not null),
    check (state = 'completed' or num_nonnulls(text_in_picture, text_language, colours, description, objects, safety,
        safety_reason, alt_text, confidence) = 0),
    check (cost is null or currency is not null),
    check (not is_newest or state = 'completed')
);
create index analyses_pending on media.analyses (organization_id, analyzer, next_attempt_at) where state = 'pending';
create index analyses_leased on media.analyses (organization_id, analyzer, leased_until) where state = 'analyzing';
create unique index analyses_newest on media.analyses (organization_id, sha256, analyzer) where is_newest;
create index analyses_state_since on media.analyses (organization_id, state_since desc, analysis_id);
create index analyses_version on media.analyses (organization_id, analyzer, version);
create trigger set_updated_at before update on media.analyses for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one source of pictures, in the order in which sources are asked. How often it may be asked is in
-- operations.api_quotas. User-maintained.
create table media.stock_sources (
    source text not null,                           -- own: the organization's own stored pictures. freepik, pexels,
                                                    -- unsplash, openverse: services of this name.
    position integer not null,                      -- Place in the order: the lowest is asked first, of equal ones the
                                                    -- first in the alphabet.
    base_url text,                                  -- Address of its API; NULL for own pictures.
    key_header text,                                -- Header that carries the key of the API; NULL for a source that
                                                    -- needs none.
    attribution media.attribution_duty not null,    -- Whether the author is named where a picture is shown.
    must_report_use boolean not null default false,
                                                    -- Whether the source is told of each picture that is used, as
                                                    -- Unsplash asks.
    blocked_until timestamptz,                      -- When it may be asked again, as it has said itself; NULL if it may
                                                    -- be asked now.
    is_active boolean not null default true,        -- False: it is not asked.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (source),
    check (source in ('own', 'freepik', 'pexels', 'unsplash', 'openverse')),
    check ("position" > 0),
    check (base_url ~ '^https?://'),
    check (key_header ~ '^[A-Za-z][A-Za-z0-9-]*$'),
    check ((source = 'own') = (base_url is null)),
    check (key_header is null or base_url is not null)
);
create trigger stock_sources_changes after insert or delete
    or update of "position", base_url, key_header, attribution, must_report_use, is_active on media.stock_sources
    for each row execute function channels.write_rule_change();
create trigger set_updated_at before update on media.stock_sources
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one stored picture of a source, with its licence. What the source does not say is NULL; without a licence
-- that allows it, no post with the picture is scheduled (publishing.picture_problem).
create table media.stock_images (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    stock_image_id text not null default tenancy.public_id('stk', nextval('media.stock_image_id_sequence')),
                                                    -- Public id, such as stk-0a1b2c3d.
    source text not null,                           -- Where it is from; refers to stock_sources.
    source_image_id text not null,                  -- Id of the picture at its source.
    media_file_id text not null,                    -- The stored file.
    title text,                                     -- What the source calls it; NULL if it has no title.
    page_url text,                                  -- Page of the picture at its source; NULL if it has none.
    author text,                                    -- Who made it; NULL if the source does not say.
    licence text,                                   -- Licence, such as cc-by-4.0 or pexels; NULL if it is not known.
    licence_url text,                               -- Page with its text; NULL if the source names none.
    attribution text,                               -- The words that name author, source and licence; NULL if nothing
                                                    -- is known to name.
    is_attribution_required boolean,                -- Whether these words have to be in the caption or the picture;
                                                    -- NULL if it is not known.
    allows_commercial_use boolean,                  -- Whether marketing may use it; NULL if it is not known.
    allows_changes boolean,                         -- Whether it may be cropped and written upon; NULL if it is not
                                                    -- known.
    is_made_by_ai boolean,                          -- Whether a model made it; NULL if the source does not say.
    searched_for text,                              -- The terms that found it; NULL if a person chose it.
    last_used_at timestamptz,                       -- When it was last taken for a visual; NULL if it never was.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    removed_at timestamptz,                         -- When a person took it out of the stock: no brief takes it any
                                                    -- more; NULL if it may be taken.

    primary key (organization_id, stock_image_id),
    unique (organization_id, source, source_image_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (source) references media.stock_sources (source) on update cascade,
    foreign key (organization_id, media_file_id) references media.media_files (organization_id, media_file_id),
    check (stock_image_id ~ '^stk-[0-9a-f]{8}$'),
    check (source_image_id <> ''),
    check (title <> ''),
    check (page_url ~ '^https?://'),
    check (author <> ''),
    check (licence <> ''),
    check (licence_url ~ '^https?://'),
    check (attribution <> ''),
    check (searched_for <> ''),
    check (is_attribution_required is not true or attribution is not null)
);
create index stock_images_file on media.stock_images (organization_id, media_file_id);
create index stock_images_source on media.stock_images (source);
create trigger set_updated_at before update on media.stock_images
    for each row execute function tenancy.set_updated_at();
create trigger stock_images_audit after insert or delete or update on media.stock_images
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the last answer of a source to a search: it is used again for an hour, so that the source is not asked
-- twice.
create table media.stock_searches (
    organization_id text not null,     -- Organization that owns the row: first column of every key, and checked by
                                       -- row-level security.
    source text not null,              -- The source that was asked.
    terms text not null,               -- What was searched for.
    orientation text not null,         -- landscape, portrait or square.
    candidates jsonb not null,         -- What it found, in its order; empty if nothing.
    searched_at timestamptz not null,  -- When it answered.

    primary key (organization_id, source, terms, orientation),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (source) references media.stock_sources (source) on update cascade on delete cascade,
    check (terms <> ''),
    check (orientation in ('landscape', 'portrait', 'square')),
    check (jsonb_typeof(candidates) = 'array')
);
create index stock_searches_source on media.stock_searches (source);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one medium of a post with its stored file; the columns of the file are NULL until it is cached.
create view media.post_media_files (
    organization_id,  -- text
    post_id,          -- text
    media_id,         -- text
    media_type,       -- text
    position,         -- integer
    state,            -- media.cache_state
    media_file_id,    -- text
    sha256,           -- text
    mime_type,        -- text
    size_bytes,       -- bigint
    width,            -- integer
    height,           -- integer
    frame_count,      -- integer
    perceptual_hash,  -- bigint
    object_path       -- text
) with (security_invoker = true) as
select m.organization_id,
    m.post_id,
    m.media_id,
    m.media_type,
    m."position",
    c.state,
    f.media_file_id,
    f.sha256,
    f.mime_type,
    f.size_bytes,
    f.width,
    f.height,
    f.frame_count,
    f.perceptual_hash,
    f.object_path
   from scraping.media_records m
     join media.cached_media c on m.organization_id = c.organization_id and m.media_id = c.media_id
     left join media.media_files f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id;
-- pipeline: select; reader: select

-- One row is the cache of one organization: media by state, stored files, and how many waiting media would expire
-- before their turn at the pace of the last 24 hours.
create view media.cache_status (
    organization_id,    -- text
    waiting,            -- bigint
    cached,             -- bigint
    expired,            -- bigint
    gone,               -- bigint
    rejected,           -- bigint
    failed,             -- bigint
    files,              -- bigint
    bytes,              -- bigint
    next_expiry,        -- timestamptz
    files_of_last_day,  -- bigint: Media cached in the last 24 hours; NULL if there are none.
    would_expire        -- bigint: Waiting media whose URL expires before their turn at the pace of the last 24 hours;
                        -- NULL if nothing was cached in them, so that the pace is unknown.
) with (security_invoker = true) as
with fetched as (
         select cached_media.organization_id,
            count(*) as files
           from media.cached_media
          where cached_media.state = 'cached' and cached_media.state_since > (now() - make_interval(days => 1))
          group by cached_media.organization_id
        ), waiting as (
         select cached_media.organization_id,
            cached_media.url_expires_at,
            row_number() over (partition by cached_media.organization_id order by cached_media.url_expires_at,
                cached_media.queued_at) as place
           from media.cached_media
          where cached_media.state = 'waiting'
        ), late as (
         select w.organization_id,
            count(*) filter (where w.url_expires_at < (now() + make_interval(secs => 86400::double precision *
                w.place::double precision / f_1.files::double precision))) as media
           from waiting w
             join fetched f_1 on w.organization_id = f_1.organization_id
          group by w.organization_id
        ), files as (
         select media_files.organization_id,
            count(*) as files,
            sum(media_files.size_bytes)::bigint as bytes
           from media.media_files
          group by media_files.organization_id
        ), states as (
         select cached_media.organization_id,
            count(*) filter (where cached_media.state = 'waiting') as waiting,
            count(*) filter (where cached_media.state = 'cached') as cached,
            count(*) filter (where cached_media.state = 'expired') as expired,
            count(*) filter (where cached_media.state = 'gone') as gone,
            count(*) filter (where cached_media.state = 'rejected') as refused,
            count(*) filter (where cached_media.state = 'failed') as failed,
            min(cached_media.url_expires_at) filter (where cached_media.state = 'waiting') as next_expiry
           from media.cached_media
          group by cached_media.organization_id
        )
 select s.organization_id,
    s.waiting,
    s.cached,
    s.expired,
    s.gone,
    s.refused as rejected,
    s.failed,
    coalesce(f.files, 0::bigint) as files,
    coalesce(f.bytes, 0::bigint) as bytes,
    s.next_expiry,
    d.files as files_of_last_day,
        case
            when s.waiting = 0 then 0::bigint
            else l.media
        end as would_expire
   from states s
     left join files f on s.organization_id = f.organization_id
     left join fetched d on s.organization_id = d.organization_id
     left join late l on s.organization_id = l.organization_id;
-- pipeline: select; reader: select

-- One row is one stored picture with one of the organization that looks like it, itself included: their perceptual
-- hashes differ in 5 of 64 bits at most. Of three parts of such hashes one differs in 1 bit at most, so each picture is
-- compared only with those that an index finds for its 67 parts and variants. Nearly uniform pictures are left out.
create view media.alike_pictures (
    organization_id,      -- text
    media_file_id,        -- text
    other_media_file_id,  -- text
    differing_bits        -- integer: Number of bits in which the hashes differ, from 0 to 5.
) with (security_invoker = true) as
select a.organization_id,
    a.media_file_id,
    b.media_file_id as other_media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer as differing_bits
   from media.media_files a
     cross join generate_series('-1', 20) flipped(place)
     join media.media_files b on a.organization_id = b.organization_id and b.hash_low = int4xor(a.hash_low,
        case
            when flipped.place < 0 then 0
            else 1 << flipped.place
        end)
  where a.hash_low is not null and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
union all
 select a.organization_id,
    a.media_file_id,
    b.media_file_id as other_media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer as differing_bits
   from media.media_files a
     cross join generate_series('-1', 20) flipped(place)
     join media.media_files b on a.organization_id = b.organization_id and b.hash_middle = int4xor(a.hash_middle,
        case
            when flipped.place < 0 then 0
            else 1 << flipped.place
        end)
  where a.hash_middle is not null and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
      and bit_count(int4xor(a.hash_low, b.hash_low)::bit(32)) > 1
union all
 select a.organization_id,
    a.media_file_id,
    b.media_file_id as other_media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer as differing_bits
   from media.media_files a
     cross join generate_series('-1', 21) flipped(place)
     join media.media_files b on a.organization_id = b.organization_id and b.hash_high = int4xor(a.hash_high,
        case
            when flipped.place < 0 then 0
            else 1 << flipped.place
        end)
  where a.hash_high is not null and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
      and bit_count(int4xor(a.hash_low, b.hash_low)::bit(32)) > 1
      and bit_count(int4xor(a.hash_middle, b.hash_middle)::bit(32)) > 1;
-- pipeline: select; reader: select

-- One row is one picture of a post with a post that shows the same file or a picture that looks like it, itself
-- included.
create view media.picture_posts (
    organization_id,      -- text
    post_id,              -- text
    media_id,             -- text
    media_file_id,        -- text
    other_post_id,        -- text
    other_media_id,       -- text
    other_media_file_id,  -- text
    differing_bits        -- integer: Number of bits in which the perceptual hashes differ: 0 for the same file.
) with (security_invoker = true) as
with alike as (
         select alike_pictures.organization_id,
            alike_pictures.media_file_id,
            alike_pictures.other_media_file_id,
            alike_pictures.differing_bits
           from media.alike_pictures
        union all
         select media_files.organization_id,
            media_files.media_file_id,
            media_files.media_file_id,
            0
           from media.media_files
          where media_files.hash_low is null and media_files.mime_type like 'image/%'
        )
 select c.organization_id,
    m.post_id,
    m.media_id,
    c.media_file_id,
    o.post_id as other_post_id,
    o.media_id as other_media_id,
    d.media_file_id as other_media_file_id,
    a.differing_bits
   from media.cached_media c
     join scraping.media_records m on c.organization_id = m.organization_id and c.media_id = m.media_id
     join alike a on c.organization_id = a.organization_id and c.media_file_id = a.media_file_id
     join media.cached_media d on a.organization_id = d.organization_id and a.other_media_file_id = d.media_file_id
     join scraping.media_records o on d.organization_id = o.organization_id and d.media_id = o.media_id;
-- pipeline: select; reader: select

-- One row is one content with what each analyzer found in it last. Contents that no analyzer has completed are not in
-- it.
create view media.file_analyses (
    organization_id,  -- text
    sha256,           -- text
    media_file_id,    -- text
    text_in_picture,  -- text: The text in the picture; empty if a reader found none, NULL if none has looked.
    text_language,    -- text: Its language; NULL if its reader does not say it.
    text_read_by,     -- text: The analyzer that read it.
    colours,          -- jsonb: Dominant colours with their shares.
    description,      -- text
    objects,          -- text[]: Things in the picture; NULL without a model.
    safety,           -- media.safety
    alt_text,         -- text: Suggestion for the alternative text; NULL without a model.
    analysed_at       -- timestamptz: When the newest of these analyses was completed.
) with (security_invoker = true) as
select f.organization_id,
    f.sha256,
    f.media_file_id,
        case k.reader
            when 'vision' then v.text_in_picture
            when 'tesseract' then t.text_in_picture
            else r.text_in_picture
        end as text_in_picture,
        case k.reader
            when 'vision' then v.text_language
            else null
        end as text_language,
    k.reader as text_read_by,
    c.colours,
    v.description,
    v.objects,
    v.safety,
    v.alt_text,
    greatest(c.state_since, r.state_since, t.state_since, v.state_since) as analysed_at
   from media.media_files f
     left join media.analyses c on f.organization_id = c.organization_id and f.sha256 = c.sha256
         and c.analyzer = 'colours' and c.is_newest
     left join media.analyses r on f.organization_id = r.organization_id and f.sha256 = r.sha256
         and r.analyzer = 'rapidocr' and r.is_newest
     left join media.analyses t on f.organization_id = t.organization_id and f.sha256 = t.sha256
         and t.analyzer = 'tesseract' and t.is_newest
     left join media.analyses v on f.organization_id = v.organization_id and f.sha256 = v.sha256
         and v.analyzer = 'vision' and v.is_newest
     cross join lateral ( select
                case
                    when v.text_in_picture is not null then 'vision'
                    when t.confidence > r.confidence
                        or num_nonnulls(t.confidence) > num_nonnulls(r.confidence) then 'tesseract'
                    when r.text_in_picture is not null then 'rapidocr'
                    when t.text_in_picture is not null then 'tesseract'
                    else null
                end as reader) k
  where num_nonnulls(c.analysis_id, r.analysis_id, t.analysis_id, v.analysis_id) > 0;
-- pipeline: select; reader: select

-- One row is one medium of a post with what was found in its picture; what was not looked for is NULL.
create view media.post_media_analyses (
    organization_id,  -- text
    post_id,          -- text
    media_id,         -- text
    media_type,       -- text
    position,         -- integer
    media_file_id,    -- text
    sha256,           -- text
    text_in_picture,  -- text
    text_language,    -- text
    text_read_by,     -- text
    colours,          -- jsonb
    description,      -- text
    objects,          -- text[]
    safety,           -- media.safety
    alt_text,         -- text
    analysed_at       -- timestamptz
) with (security_invoker = true) as
select p.organization_id,
    p.post_id,
    p.media_id,
    p.media_type,
    p."position",
    p.media_file_id,
    p.sha256,
    a.text_in_picture,
    a.text_language,
    a.text_read_by,
    a.colours,
    a.description,
    a.objects,
    a.safety,
    a.alt_text,
    a.analysed_at
   from media.post_media_files p
     left join media.file_analyses a on p.organization_id = a.organization_id and p.sha256 = a.sha256;
-- pipeline: select; reader: select

-- One row is what one analyzer of an organization has done, by the currency of its cost: analyses by state.
create view media.analysis_status (
    organization_id,  -- text
    analyzer,         -- text
    newest_version,   -- integer: The newest version that has any.
    pending,          -- bigint
    analyzing,        -- bigint
    completed,        -- bigint
    rejected,         -- bigint
    failed,           -- bigint
    cost,             -- numeric: Known cost; NULL if none is known.
    currency          -- text: ISO 4217 code of the cost; NULL without one.
) with (security_invoker = true) as
select a.organization_id,
    a.analyzer,
    max(v.version) as newest_version,
    count(*) filter (where a.state = 'pending') as pending,
    count(*) filter (where a.state = 'analyzing') as analyzing,
    count(*) filter (where a.state = 'completed') as completed,
    count(*) filter (where a.state = 'rejected') as rejected,
    count(*) filter (where a.state = 'failed') as failed,
    sum(a.cost) as cost,
    a.currency
   from media.analyses a
     join media.analyzer_versions v on a.organization_id = v.organization_id and a.analyzer = v.analyzer
         and a.version = v.version
  group by a.organization_id, a.analyzer, a.currency;
-- pipeline: select; reader: select

-- One row is one use of a stored file: what it is of, and where it is from. A file without a row is used by nothing.
create view media.file_uses (
    organization_id,  -- text: Organization that owns the row, checked by row-level security.
    media_file_id,    -- text: The file; refers to media_files.
    used_as,          -- text: post medium, stock image, brand asset, visual or picture of a text.
    used_by,          -- text: Id of what it is of: a medium (med-), stock image (stk-), brand asset (bra-), visual
                      -- (var-) or text (cnt-).
    post_id,          -- text: Post that has the medium; NULL for other uses.
    provided_by,      -- text: Host that it was fetched from, or source of stock images; NULL for files of the
                      -- organization's own.
    url_expires_at,   -- timestamptz: When the URL that it was fetched from expires; NULL if it has none, or does not
                      -- say.
    used_since        -- timestamptz: When it was first used so.
) with (security_invoker = true) as
select c.organization_id,
    c.media_file_id,
    'post medium' as used_as,
    c.media_id as used_by,
    r.post_id,
    c.host as provided_by,
    c.url_expires_at,
    c.state_since as used_since
   from media.cached_media c
     join scraping.media_records r on c.organization_id = r.organization_id and c.media_id = r.media_id
  where c.media_file_id is not null
union all
 select stock_images.organization_id,
    stock_images.media_file_id,
    'stock image' as used_as,
    stock_images.stock_image_id as used_by,
    null::text as post_id,
    stock_images.source as provided_by,
    null::timestamptz as url_expires_at,
    stock_images.created_at as used_since
   from media.stock_images
union all
 select brand_assets.organization_id,
    brand_assets.media_file_id,
    'brand asset' as used_as,
    brand_assets.asset_id as used_by,
    null::text as post_id,
    null::text as provided_by,
    null::timestamptz as url_expires_at,
    brand_assets.created_at as used_since
   from brand.brand_assets
union all
 select asset_variants.organization_id,
    asset_variants.media_file_id,
    'visual' as used_as,
    asset_variants.variant_id as used_by,
    null::text as post_id,
    null::text as provided_by,
    null::timestamptz as url_expires_at,
    asset_variants.created_at as used_since
   from studio.asset_variants
union all
 select posts_content.organization_id,
    posts_content.picture_file_id as media_file_id,
    'picture of a text' as used_as,
    posts_content.content_id as used_by,
    null::text as post_id,
    null::text as provided_by,
    null::timestamptz as url_expires_at,
    posts_content.created_at as used_since
   from content.posts_content
  where posts_content.picture_file_id is not null;
-- pipeline: select; reader: select

-- One row is one stored file that is old enough to move to the archive: one that posts have, and nothing else, such as
-- a brand or a visual.
create view media.files_to_archive (
    organization_id,  -- text
    media_file_id,    -- text
    object_path,      -- text
    sha256,           -- text
    size_bytes        -- bigint
) with (security_invoker = true) as
select f.organization_id,
    f.media_file_id,
    f.object_path,
    f.sha256,
    f.size_bytes
   from media.media_files f
     join ( select organizations.organization_id,
            now() - make_interval(days => tenancy.setting('media.archive_after_days',
                organizations.organization_id)::integer) as before
           from tenancy.organizations) o on f.organization_id = o.organization_id
  where f.archived_at is null and f.created_at < o.before and (exists ( select
           from media.cached_media c
          where c.organization_id = f.organization_id and c.media_file_id = f.media_file_id)) and not (exists ( select
           from media.file_uses u
          where u.organization_id = f.organization_id and u.media_file_id = f.media_file_id
              and u.used_as <> 'post medium'));
-- pipeline: select; reader: select

-- One row is what an organization has in the archive of media, and what is old enough to move there.
create view media.archive_status (
    organization_id,  -- text
    archived_files,   -- bigint: Files in the archive.
    archived_bytes,   -- bigint: Their bytes.
    due_files,        -- bigint: Files that the next run moves.
    due_bytes         -- bigint: Their bytes.
) with (security_invoker = true) as
select o.organization_id,
    coalesce(a.files, 0::bigint) as archived_files,
    coalesce(a.bytes, 0::bigint) as archived_bytes,
    coalesce(d.files, 0::bigint) as due_files,
    coalesce(d.bytes, 0::bigint) as due_bytes
   from tenancy.organizations o
     left join ( select media_files.organization_id,
            count(*) as files,
            sum(media_files.size_bytes)::bigint as bytes
           from media.media_files
          where media_files.archived_at is not null
          group by media_files.organization_id) a on o.organization_id = a.organization_id
     left join ( select files_to_archive.organization_id,
            count(*) as files,
            sum(files_to_archive.size_bytes)::bigint as bytes
           from media.files_to_archive
          group by files_to_archive.organization_id) d on o.organization_id = d.organization_id;
-- pipeline: select; reader: select

create sequence media.media_file_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence media.analysis_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence media.stock_image_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
