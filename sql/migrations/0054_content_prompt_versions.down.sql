set local role syndication_owner;

alter table content.posts_content drop column prompt_version;
