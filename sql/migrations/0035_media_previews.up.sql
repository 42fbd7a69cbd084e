-- Media: thumbnails and posters by their own content, limits of hosts as rows, pictures that look alike, and which
-- observation of a URL is known.

set local role syndication_owner;

alter table media.media_files
add column duration_seconds numeric(12, 3) check (duration_seconds > 0),
add column page_count integer check (page_count > 0),
add column thumbnail_path text check (thumbnail_path <> ''),
add column poster_path text check (poster_path <> ''),
add column no_preview_reason text check (no_preview_reason <> ''),
-- A hash with few bits of one kind is that of a nearly uniform picture, which says nothing about what it shows.
add column hash_low integer generated always as (
    case when bit_count(perceptual_hash::bit(64)) between 8 and 56 then (perceptual_hash & 2097151)::integer end
) stored,
add column hash_middle integer generated always as (
    case
        when bit_count(perceptual_hash::bit(64)) between 8 and 56 then ((perceptual_hash >> 21) & 2097151)::integer
    end
) stored,
add column hash_high integer generated always as (
    case
        when bit_count(perceptual_hash::bit(64)) between 8 and 56 then ((perceptual_hash >> 42) & 4194303)::integer
    end
) stored,
add check (thumbnail_path is null or no_preview_reason is null);

comment on column media.media_files.width is
'Width in pixels as it is shown; NULL for other files than pictures and videos.';
comment on column media.media_files.height is
'Height in pixels as it is shown; NULL for other files than pictures and videos.';
comment on column media.media_files.duration_seconds is
'Length of a video; NULL for other files, and if the video does not say it.';
comment on column media.media_files.page_count is 'Number of pages of a document; NULL for other files.';
comment on column media.media_files.thumbnail_path is
'Path of a JPEG of 256 by 256 pixels at most below SYNDICATION_MEDIA_URL, of the picture, a frame of the video or the '
'first page, without the metadata of the file; NULL if there is none.';
comment on column media.media_files.poster_path is
'Path of a JPEG of 1024 by 1024 pixels at most, of a frame of the video or the first page; NULL for pictures.';
comment on column media.media_files.no_preview_reason is
'Why there is neither thumbnail nor poster; NULL if there is one.';
comment on column media.media_files.hash_low is
'The lowest 21 bits of perceptual_hash. If two hashes differ in 5 bits at most, one of their three parts differs in 1 '
'at most. NULL without a hash, and for a nearly uniform picture.';
comment on column media.media_files.hash_middle is 'The 21 bits of perceptual_hash above hash_low; NULL as hash_low.';
comment on column media.media_files.hash_high is 'The highest 22 bits of perceptual_hash; NULL as hash_low.';

create index media_files_hash_low on media.media_files (organization_id, hash_low) where hash_low is not null;
create index media_files_hash_middle on media.media_files (organization_id, hash_middle) where hash_middle is not null;
create index media_files_hash_high on media.media_files (organization_id, hash_high) where hash_high is not null;

alter table media.cached_media add column url_observed_at timestamptz;
comment on column media.cached_media.url_observed_at is
'Newest observation of the post that the URL was read from: a newer one may have another URL. NULL if it is not known.';

create table media.host_limits (
    host text primary key check (host = 'others' or host ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)+$'),
    connections integer not null check (connections > 0),
    pause_seconds numeric(8, 3) not null default 0 check (pause_seconds >= 0),
    run_bytes bigint check (run_bytes > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

comment on table media.host_limits is
'One row is how gently media are fetched from a host and all names below it, together; others is for each host without '
'a row. User-maintained.';
comment on column media.host_limits.host is
'Name of the host in lower case, such as cdninstagram.com, which includes scontent.cdninstagram.com; or others.';
comment on column media.host_limits.connections is 'How many media are fetched from it at once.';
comment on column media.host_limits.pause_seconds is 'Pause on a connection after each medium.';
comment on column media.host_limits.run_bytes is
'Bytes after which a run fetches nothing more from it, so that the rest waits for the next run; NULL for no limit.';

insert into media.host_limits (host, connections) values ('others', 4);

create trigger host_limits_changes after insert or update or delete on media.host_limits
for each row execute function channels.write_rule_change();
create trigger set_updated_at before update on media.host_limits
for each row execute function tenancy.set_updated_at();

create view media.alike_pictures with (security_invoker = true) as
select
    a.organization_id,
    a.media_file_id,
    b.media_file_id as other_media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer as differing_bits
from media.media_files as a
cross join generate_series(-1, 20) as flipped (place)
inner join media.media_files as b
    on a.organization_id = b.organization_id
    and b.hash_low = int4xor(a.hash_low, case when flipped.place < 0 then 0 else 1 << flipped.place end)
where
    a.hash_low is not null
    and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
union all
select
    a.organization_id,
    a.media_file_id,
    b.media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer
from media.media_files as a
cross join generate_series(-1, 20) as flipped (place)
inner join media.media_files as b
    on a.organization_id = b.organization_id
    and b.hash_middle = int4xor(a.hash_middle, case when flipped.place < 0 then 0 else 1 << flipped.place end)
where
    a.hash_middle is not null
    and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
    -- Pairs that the lowest part has found are in the first SELECT.
    and bit_count(int4xor(a.hash_low, b.hash_low)::bit(32)) > 1
union all
select
    a.organization_id,
    a.media_file_id,
    b.media_file_id,
    bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64))::integer
from media.media_files as a
cross join generate_series(-1, 21) as flipped (place)
inner join media.media_files as b
    on a.organization_id = b.organization_id
    and b.hash_high = int4xor(a.hash_high, case when flipped.place < 0 then 0 else 1 << flipped.place end)
where
    a.hash_high is not null
    and bit_count(int8xor(a.perceptual_hash, b.perceptual_hash)::bit(64)) <= 5
    and bit_count(int4xor(a.hash_low, b.hash_low)::bit(32)) > 1
    and bit_count(int4xor(a.hash_middle, b.hash_middle)::bit(32)) > 1;

comment on view media.alike_pictures is
'One row is one stored picture with one of the organization that looks like it, itself included: their perceptual '
'hashes differ in 5 of 64 bits at most. Of three parts of such hashes one differs in 1 bit at most, so each picture is '
'compared only with those that an index finds for its 67 parts and variants. Nearly uniform pictures are left out.';
comment on column media.alike_pictures.differing_bits is 'Number of bits in which the hashes differ, from 0 to 5.';

create view media.picture_posts with (security_invoker = true) as
with alike as (
    select
        organization_id,
        media_file_id,
        other_media_file_id,
        differing_bits
    from media.alike_pictures
    union all
    select
        organization_id,
        media_file_id,
        media_file_id,
        0
    from media.media_files
    where hash_low is null and mime_type like 'image/%'
)

select
    c.organization_id,
    m.post_id,
    m.media_id,
    c.media_file_id,
    o.post_id as other_post_id,
    o.media_id as other_media_id,
    d.media_file_id as other_media_file_id,
    a.differing_bits
from media.cached_media as c
inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
inner join alike as a on c.organization_id = a.organization_id and c.media_file_id = a.media_file_id
inner join media.cached_media as d
    on a.organization_id = d.organization_id and a.other_media_file_id = d.media_file_id
inner join scraping.media_records as o on d.organization_id = o.organization_id and d.media_id = o.media_id;

comment on view media.picture_posts is
'One row is one picture of a post with a post that shows the same file or a picture that looks like it, itself '
'included.';
comment on column media.picture_posts.differing_bits is
'Number of bits in which the perceptual hashes differ: 0 for the same file.';

grant select, insert, update, delete on media.host_limits to syndication_pipeline;
grant select on media.host_limits, media.alike_pictures, media.picture_posts
to syndication_pipeline, syndication_reader;
