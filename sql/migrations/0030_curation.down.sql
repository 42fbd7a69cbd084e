-- Removes the curation room. What anybody had read or marked stays a flag of the post.

set local role syndication_owner;

drop trigger post_records_audit on scraping.post_records;
create trigger post_records_audit after update of is_read, is_marked on scraping.post_records
for each row when ((old.is_read, old.is_marked) is distinct from (new.is_read, new.is_marked))
execute function tenancy.write_audit_log('urn', 'full_urn', 'author_username', 'text_content', 'article', 'url');

drop trigger merged_posts_curation on scraping.merged_posts;
drop schema curation cascade;

comment on column scraping.post_records.is_read is 'User-maintained: whether the post has been read.';
comment on column scraping.post_records.is_marked is 'User-maintained: whether the post is marked.';

alter table tenancy.role_permissions disable trigger user;
delete from tenancy.role_permissions
where permission in ('posts.read', 'posts.tag', 'tags.edit', 'actions.edit', 'executors.edit');
delete from tenancy.permissions
where permission in ('posts.read', 'posts.tag', 'tags.edit', 'actions.edit', 'executors.edit');
alter table tenancy.role_permissions enable trigger user;
