-- Drops the sizes of pictures: the reference file has them.

set local role syndication_owner;

drop table channels.picture_formats;
