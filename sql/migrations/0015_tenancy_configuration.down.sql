-- Removes the feeds and the URLs of the shops' APIs: write them down first with `syndication export`.

set local role syndication_owner;

drop table documents.feeds;
drop sequence documents.feed_id_sequence;
alter table catalogue.vendors drop column api_fallback_url, drop column api_url;
