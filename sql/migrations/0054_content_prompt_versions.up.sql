-- Which question a language model answered with a text.

set local role syndication_owner;

alter table content.posts_content
add column prompt_version integer check (prompt_version > 0),
add check (prompt_version is null or generator = 'llm');
comment on column content.posts_content.prompt_version is
'Version of the question that the model answered; NULL for other generators, and for words of another text.';
