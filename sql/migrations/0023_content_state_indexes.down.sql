-- Brings back the index of texts by organization and state.

set local role syndication_owner;

create index posts_content_state on content.posts_content (organization_id, state);
drop index content.posts_content_approved;
drop index content.posts_content_undecided;
