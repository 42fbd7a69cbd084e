-- Removes the search terms of posts, which can be computed again.

set local role syndication_owner;

drop view curation.post_facts;
drop function curation.search_posts;
drop table curation.post_documents;
drop function curation.any_language_query;
drop function curation.language_query;
drop function curation.search_document;
drop function curation.text_configuration;
