-- Texts are found by their state by readers too: PostgreSQL uses no index on a column of an enumerated type under
-- row-level security, because the comparison of such a type is not leakproof; but it uses an index of some states only.

set local role syndication_owner;

create index posts_content_undecided on content.posts_content (organization_id)
where state in ('generated', 'needs_review');
create index posts_content_approved on content.posts_content (organization_id)
where state = 'approved';
drop index content.posts_content_state;
