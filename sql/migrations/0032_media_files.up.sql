-- Media: the pictures, videos and documents of posts, stored once by their content, and what became of each URL.

create schema media authorization syndication_owner;

set local role syndication_owner;

grant usage on schema media to syndication_pipeline, syndication_reader;

create sequence media.media_file_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema media to syndication_pipeline;

create type media.cache_state as enum ('waiting', 'cached', 'expired', 'gone', 'refused', 'failed');
comment on type media.cache_state is
'What became of the URL of a medium.
waiting: it is to be fetched, not before next_attempt_at
cached: its file is stored
expired: its URL is no longer valid; the next scrape with a new URL makes it wait again
gone: the server answered 403, 404 or 410 to a valid URL; a new URL makes it wait again
refused: what the URL leads to may not be stored: a private address, too large, another kind of content, damaged
failed: several attempts failed for reasons that may pass; `syndication media retry` makes it wait again';

create table media.media_files (
    organization_id text not null references tenancy.organizations on delete cascade,
    media_file_id text not null default tenancy.public_id('mfl', nextval('media.media_file_id_sequence'))
        check (media_file_id ~ '^mfl-[0-9a-f]{8}$'),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null check (size_bytes > 0),
    mime_type text not null check (mime_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    object_path text not null check (object_path <> ''),
    width integer check (width > 0),
    height integer check (height > 0),
    frame_count integer check (frame_count > 0),
    perceptual_hash bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, media_file_id),
    unique (organization_id, sha256),
    check (num_nonnulls(width, height) <> 1)
);

comment on table media.media_files is
'One row is one stored file of an organization, by its content: however often a file is met, it is stored once, below '
'SYNDICATION_MEDIA_URL.';
comment on column media.media_files.media_file_id is 'Public id, such as mfl-0a1b2c3d.';
comment on column media.media_files.sha256 is 'SHA-256 of the content in hexadecimal: the identity of the file.';
comment on column media.media_files.size_bytes is 'Size of the file in bytes.';
comment on column media.media_files.mime_type is
'MIME type by the content, whatever the server or the name of the file said.';
comment on column media.media_files.object_path is 'Path of the file below SYNDICATION_MEDIA_URL.';
comment on column media.media_files.width is
'Width in pixels as it is shown; NULL for other files than pictures.';
comment on column media.media_files.height is
'Height in pixels as it is shown; NULL for other files than pictures.';
comment on column media.media_files.frame_count is
'Number of frames of a picture: 1 unless it is animated; NULL for other files than pictures.';
comment on column media.media_files.perceptual_hash is
'64-bit difference hash of the first frame: pictures that look alike differ in few bits; NULL for other files than '
'pictures.';

create trigger set_updated_at before update on media.media_files
for each row execute function tenancy.set_updated_at();

select tenancy.protect_tenant_table('media.media_files');

create table media.cached_media (
    organization_id text not null,
    media_id text not null,
    state media.cache_state not null default 'waiting',
    media_file_id text,
    host text not null check (host <> ''),
    url_sha256 text not null check (url_sha256 ~ '^[0-9a-f]{64}$'),
    url_expires_at timestamptz,
    queued_at timestamptz not null,
    state_since timestamptz not null,
    attempts integer not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz,
    reason text check (reason <> ''),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, media_id),
    foreign key (organization_id, media_id) references scraping.media_records on delete cascade,
    foreign key (organization_id, media_file_id) references media.media_files,
    check ((state = 'cached') = (media_file_id is not null)),
    check ((state = 'waiting') = (next_attempt_at is not null)),
    check (state = 'cached' or state = 'waiting' or reason is not null)
);

comment on table media.cached_media is
'One row is one medium of a post (scraping.post_media), and what became of its URL. The URL itself is read from the '
'newest observation when it is fetched.';
comment on column media.cached_media.media_id is 'Medium of a post; refers to scraping.media_records.';
comment on column media.cached_media.state is 'What became of its URL.';
comment on column media.cached_media.media_file_id is 'Its stored file; NULL until it is cached.';
comment on column media.cached_media.host is 'Host of the URL, or "no host" if the URL has none.';
comment on column media.cached_media.url_sha256 is
'SHA-256 in hexadecimal of the newest known URL: a new URL is recognized by it.';
comment on column media.cached_media.url_expires_at is
'When the URL expires, as it says itself; NULL if it does not say so.';
comment on column media.cached_media.queued_at is 'When the medium, or its newest URL, was first found.';
comment on column media.cached_media.state_since is 'When the state was entered.';
comment on column media.cached_media.attempts is 'How often the newest URL was fetched.';
comment on column media.cached_media.next_attempt_at is
'Time before which a waiting medium is not fetched; NULL for the other states.';
comment on column media.cached_media.reason is
'Why the last attempt stored nothing, without the URL; NULL if none failed.';

-- The queue, in the order in which it is worked: what expires first, then what waits longest.
create index cached_media_waiting on media.cached_media (organization_id, url_expires_at, queued_at)
where state = 'waiting';
-- Which media show a file, and the check of the foreign key.
create index cached_media_file on media.cached_media (organization_id, media_file_id)
where media_file_id is not null;

create trigger set_updated_at before update on media.cached_media
for each row execute function tenancy.set_updated_at();

select tenancy.protect_tenant_table('media.cached_media');

create view media.post_media_files with (security_invoker = true) as
select
    m.organization_id,
    m.post_id,
    m.media_id,
    m.media_type,
    m.position,
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
from scraping.media_records as m
inner join media.cached_media as c on m.organization_id = c.organization_id and m.media_id = c.media_id
left join media.media_files as f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id;

comment on view media.post_media_files is
'One row is one medium of a post with its stored file; the columns of the file are NULL until it is cached.';

create view media.cache_status with (security_invoker = true) as
with fetched as (
    select
        organization_id,
        count(*) as files
    from media.cached_media
    where state = 'cached' and state_since > now() - make_interval(days => 1)
    group by organization_id
),

waiting as (
    select
        organization_id,
        url_expires_at,
        row_number() over (partition by organization_id order by url_expires_at nulls last, queued_at) as place
    from media.cached_media
    where state = 'waiting'
),

late as (
    select
        w.organization_id,
        count(*) filter (
            where w.url_expires_at < now() + make_interval(secs => 86400 * w.place::double precision / f.files)
        ) as media
    from waiting as w
    inner join fetched as f on w.organization_id = f.organization_id
    group by w.organization_id
),

files as (
    select
        organization_id,
        count(*) as files,
        sum(size_bytes)::bigint as bytes
    from media.media_files
    group by organization_id
),

states as (
    select
        organization_id,
        count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'cached') as cached,
        count(*) filter (where state = 'expired') as expired,
        count(*) filter (where state = 'gone') as gone,
        count(*) filter (where state = 'refused') as refused,
        count(*) filter (where state = 'failed') as failed,
        min(url_expires_at) filter (where state = 'waiting') as next_expiry
    from media.cached_media
    group by organization_id
)

select
    s.organization_id,
    s.waiting,
    s.cached,
    s.expired,
    s.gone,
    s.refused,
    s.failed,
    coalesce(f.files, 0) as files,
    coalesce(f.bytes, 0) as bytes,
    s.next_expiry,
    d.files as files_of_last_day,
    case when s.waiting = 0 then 0 else l.media end as would_expire
from states as s
left join files as f on s.organization_id = f.organization_id
left join fetched as d on s.organization_id = d.organization_id
left join late as l on s.organization_id = l.organization_id;

comment on view media.cache_status is
'One row is the cache of one organization: media by state, stored files, and how many waiting media would expire '
'before their turn at the pace of the last 24 hours.';
comment on column media.cache_status.files_of_last_day is 'Media cached in the last 24 hours; NULL if there are none.';
comment on column media.cache_status.would_expire is
'Waiting media whose URL expires before their turn at the pace of the last 24 hours; NULL if nothing was cached in '
'them, so that the pace is unknown.';

grant select on media.post_media_files, media.cache_status to syndication_pipeline, syndication_reader;

-- The file of a medium, which no column of scraping was ever filled with.
create or replace view scraping.post_media with (security_invoker = true) as
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
    f.mime_type,
    f.size_bytes as file_size,
    f.object_path as local_file_path,
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
join scraping.post_records r on r.organization_id = m.organization_id and r.post_id = m.post_id
left join media.cached_media c on c.organization_id = m.organization_id and c.media_id = m.media_id
left join media.media_files f on f.organization_id = c.organization_id and f.media_file_id = c.media_file_id;

comment on column scraping.post_media.mime_type is 'MIME type of the cached file; NULL if it is not cached.';
comment on column scraping.post_media.file_size is 'Size of the cached file in bytes; NULL if it is not cached.';
comment on column scraping.post_media.local_file_path is
'Path of the cached file below SYNDICATION_MEDIA_URL; NULL if it is not cached.';

-- Programs of the release before may still read the columns of the table, so they stay until the next one.
comment on column scraping.media_records.mime_type is 'Always NULL: post_media has it from media.media_files.';
comment on column scraping.media_records.file_size is 'Always NULL: post_media has it from media.media_files.';
comment on column scraping.media_records.local_file_path is 'Always NULL: post_media has it from media.media_files.';

insert into tenancy.permissions (permission, description) values
('media.edit', 'Fetch media of posts again.');

-- Nobody changed these rows.
alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    'media.edit'
from unnest(enum_range('editor'::tenancy.member_role, 'owner'::tenancy.member_role)) as r (role);
alter table tenancy.role_permissions enable trigger role_permissions_changes;
