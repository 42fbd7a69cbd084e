-- Drops the media schema: what became of each URL is lost. The stored files stay below SYNDICATION_MEDIA_URL.

set local role syndication_owner;

drop schema media cascade;
