-- Drops the limits of hosts, and what is known of thumbnails, posters and pictures that look alike.

set local role syndication_owner;

drop view media.picture_posts;
drop view media.alike_pictures;
drop table media.host_limits;

alter table media.cached_media drop column url_observed_at;

alter table media.media_files
drop column duration_seconds,
drop column page_count,
drop column thumbnail_path,
drop column poster_path,
drop column no_preview_reason,
drop column hash_low,
drop column hash_middle,
drop column hash_high;

comment on column media.media_files.width is
'Width in pixels as it is shown; NULL for other files than pictures.';
comment on column media.media_files.height is
'Height in pixels as it is shown; NULL for other files than pictures.';
