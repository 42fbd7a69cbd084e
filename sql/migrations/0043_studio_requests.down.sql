-- Drops briefs and what was made of them; the stored pictures stay until `syndication media clean`.

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'briefs.edit';
delete from tenancy.permissions where permission = 'briefs.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

drop trigger post_targets_brief on publishing.post_targets;
drop trigger posts_content_brief on content.posts_content;
drop trigger post_targets_picture on publishing.post_targets;
drop function publishing.reject_unlicensed_picture;
drop function publishing.picture_problem;

drop view content.brief_posts;
alter table content.posts_core drop column request_id;

drop trigger posts_content_is_immutable on content.posts_content;
create trigger posts_content_is_immutable
before update of
text_content, hashtags, call_to_action, alt_text, link_url, image_url, content_hash, post_core_id, variation, version,
generator, model, template_id, template_version, product_version, seen_prices, seen_currency
on content.posts_content
for each row execute function content.reject_change_of_text();
alter table content.posts_content drop column picture_file_id;

drop schema studio cascade;
