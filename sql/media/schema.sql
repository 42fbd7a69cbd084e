-- The schema of the room `media`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema media authorization syndication_owner;  -- pipeline: usage; reader: usage

-- What became of the URL of a medium.
create type media.cache_state as enum (
    'waiting',  -- it is to be fetched, not before next_attempt_at
    'cached',   -- its file is stored
    'expired',  -- its URL is no longer valid; the next scrape with a new URL makes it wait again
    'gone',     -- the server answered 403, 404 or 410 to a valid URL; a new URL makes it wait again
    'refused',  -- what the URL leads to may not be stored: a private address, too large, another kind of content,
                -- damaged
    'failed'    -- several attempts failed for reasons that may pass; `syndication media retry` makes it wait again
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
                                                    -- pictures.
    height integer,                                 -- Height in pixels as it is shown; NULL for other files than
                                                    -- pictures.
    frame_count integer,                            -- Number of frames of a picture: 1 unless it is animated; NULL for
                                                    -- other files than pictures.
    perceptual_hash bigint,                         -- 64-bit difference hash of the first frame: pictures that look
                                                    -- alike differ in few bits; NULL for other files than pictures.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

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
    check (num_nonnulls(width, height) <> 1)
);
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
    refused,            -- bigint
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
            count(*) filter (where cached_media.state = 'refused') as refused,
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
    s.refused,
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

create sequence media.media_file_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
