-- Removes the feeds and the URLs of the shops' APIs: write them down first with `syndication export`.

set local role syndication_owner;

drop trigger content_template_versions_audit on content.content_template_versions;
drop trigger content_templates_audit on content.content_templates;
drop trigger profiles_untracked_audit on scraping.profiles;
drop trigger profiles_maintained_audit on scraping.profiles;
drop trigger profiles_tracked_audit on scraping.profiles;
drop table documents.feeds;
drop sequence documents.feed_id_sequence;
alter table catalogue.vendors drop column api_fallback_url, drop column api_url;
