-- Channels: the sizes of pictures, with the limits of the files and what a platform covers of them.

set local role syndication_owner;

create table channels.picture_formats (
    platform text not null,
    channel_type text not null,
    format_name text not null check (format_name ~ '^[a-z][a-z0-9_]*$'),
    width integer not null check (width > 0),
    height integer not null check (height > 0),
    maximum_bytes bigint check (maximum_bytes > 0),
    mime_types text[] not null check (mime_types <> '{}' and mime_types <@ '{image/jpeg,image/png}'),
    safe_top integer not null default 0 check (safe_top >= 0),
    safe_right integer not null default 0 check (safe_right >= 0),
    safe_bottom integer not null default 0 check (safe_bottom >= 0),
    safe_left integer not null default 0 check (safe_left >= 0),
    priority integer not null default 0,
    is_active boolean not null default true,
    source_url text,
    checked_on date,
    reference_hash bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (platform, channel_type, format_name),
    foreign key (platform, channel_type) references channels.platform_channels on update cascade,
    check (safe_left + safe_right < width and safe_top + safe_bottom < height),
    check (checked_on is null or source_url is not null)
);

comment on table channels.picture_formats is
'One row is one size of pictures in one channel, shared by all organizations. Loaded from picture_formats.csv; edited '
'rows are kept.';
comment on column channels.picture_formats.platform is 'Platform of the channel.';
comment on column channels.picture_formats.channel_type is 'Kind of publication of the channel.';
comment on column channels.picture_formats.format_name is
'Name of the shape, such as square: visual templates have a format of this name.';
comment on column channels.picture_formats.width is 'Width in pixels.';
comment on column channels.picture_formats.height is 'Height in pixels.';
comment on column channels.picture_formats.maximum_bytes is 'Largest file in bytes; NULL if the platform says nothing.';
comment on column channels.picture_formats.mime_types is 'Kinds of files that the channel takes, of those we write.';
comment on column channels.picture_formats.safe_top is 'Pixels at the top that the platform covers.';
comment on column channels.picture_formats.safe_right is 'Pixels at the right that the platform covers.';
comment on column channels.picture_formats.safe_bottom is 'Pixels at the bottom that the platform covers.';
comment on column channels.picture_formats.safe_left is 'Pixels at the left that the platform covers.';
comment on column channels.picture_formats.priority is
'Order of the formats of a channel, the greatest first: the first one is drawn if a request names none.';
comment on column channels.picture_formats.is_active is 'False: no pictures of this size are made for the channel.';
comment on column channels.picture_formats.source_url is
'Page of the platform that says so; NULL for a size that is common practice.';
comment on column channels.picture_formats.checked_on is 'When a person read it there; NULL if nobody has yet.';
comment on column channels.picture_formats.reference_hash is
'BLAKE2b-128 of the values last loaded from the reference file. If the row''s values differ from it, a person edited '
'the row and loads keep it. NULL for a row that a person inserted.';
comment on column channels.picture_formats.created_at is 'When the row was inserted.';
comment on column channels.picture_formats.updated_at is 'When the row was last changed.';

grant select, insert, update, delete on channels.picture_formats to syndication_pipeline;
grant select on channels.picture_formats to syndication_reader;

create trigger picture_formats_changes after insert or update or delete on channels.picture_formats
for each row execute function channels.write_rule_change();
create trigger picture_formats_updated_at before update on channels.picture_formats
for each row execute function tenancy.set_updated_at();
