-- Search: the text of each post as search terms, in the configuration of its language, and what rules ask of a post.

set local role syndication_owner;

create function curation.text_configuration(language text)
returns regconfig language sql immutable parallel safe
return case language
    when 'ar' then 'pg_catalog.arabic'::regconfig
    when 'ca' then 'pg_catalog.catalan'::regconfig
    when 'da' then 'pg_catalog.danish'::regconfig
    when 'de' then 'pg_catalog.german'::regconfig
    when 'el' then 'pg_catalog.greek'::regconfig
    when 'en' then 'pg_catalog.english'::regconfig
    when 'es' then 'pg_catalog.spanish'::regconfig
    when 'fi' then 'pg_catalog.finnish'::regconfig
    when 'fr' then 'pg_catalog.french'::regconfig
    when 'hu' then 'pg_catalog.hungarian'::regconfig
    when 'it' then 'pg_catalog.italian'::regconfig
    when 'nl' then 'pg_catalog.dutch'::regconfig
    when 'no' then 'pg_catalog.norwegian'::regconfig
    when 'pt' then 'pg_catalog.portuguese'::regconfig
    when 'ro' then 'pg_catalog.romanian'::regconfig
    when 'ru' then 'pg_catalog.russian'::regconfig
    when 'sv' then 'pg_catalog.swedish'::regconfig
    when 'tr' then 'pg_catalog.turkish'::regconfig
    else 'pg_catalog.simple'::regconfig
end;

comment on function curation.text_configuration is
'The text search configuration of a language (ISO 639-1): simple, which keeps every word as it is, where the language '
'is not known or has none.';

create function curation.search_document(language text, words text, terms text)
returns tsvector language sql immutable parallel safe
return to_tsvector(curation.text_configuration(language), words) || to_tsvector('pg_catalog.simple', terms);

comment on function curation.search_document is
'The search terms of a text: its words in the configuration of its language, and terms that are found as they are.';

create function curation.language_query(language text, query text)
returns tsquery language sql immutable parallel safe
return websearch_to_tsquery(curation.text_configuration(language), query);

comment on function curation.language_query is 'A web search, as the configuration of a language reads it.';

create function curation.any_language_query(query text)
returns tsquery language sql immutable parallel safe
set client_min_messages = 'warning'
as $$
    select coalesce(string_agg('(' || q.in_language::text || ')', ' | '), '')::tsquery
    from (
        select distinct curation.language_query(l.language, query) as in_language
        from unnest(
            array[
                '', 'ar', 'ca', 'da', 'de', 'el', 'en', 'es', 'fi', 'fr', 'hu', 'it', 'nl', 'no', 'pt', 'ro', 'ru',
                'sv', 'tr'
            ]
        ) l (language)
    ) q
    where numnode(q.in_language) > 0
$$;

comment on function curation.any_language_query is
'A web search that finds what it finds in any language: one condition, which an index answers. What it finds is then '
'compared with the query in the language of the post.';

grant execute on function curation.text_configuration, curation.search_document, curation.language_query,
curation.any_language_query to syndication_pipeline, syndication_reader;

create table curation.post_documents (
    organization_id text not null,
    post_id text not null,
    language text not null default '',
    document tsvector not null default '',
    text_hash bytea not null,
    reader_version integer not null,
    posted_at timestamptz,
    observed_at timestamptz not null,
    primary key (organization_id, post_id),
    foreign key (organization_id, post_id) references scraping.post_records on delete cascade
);

comment on table curation.post_documents is
'One row is the text of one post as search terms. Computed from the newest observations: a re-run gives the same rows.';
comment on column curation.post_documents.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_documents.language is 'ISO 639-1 code; empty if the text is too short to tell.';
comment on column curation.post_documents.document is
'Words by the configuration of the language; every character and pair of characters of scripts without spaces; '
'hashtags.';
comment on column curation.post_documents.text_hash is 'MD5 of the text; a post whose text has another is read again.';
comment on column curation.post_documents.reader_version is 'Version of the program that read the text.';
comment on column curation.post_documents.posted_at is 'When the post was published; NULL if that is not known.';
comment on column curation.post_documents.observed_at is 'Newest observation of the post.';

create index post_documents_document on curation.post_documents using gin (document);
create index post_documents_posted_at on curation.post_documents (organization_id, posted_at desc nulls last, post_id);
create index post_documents_observed_at on curation.post_documents (organization_id, observed_at);

select tenancy.protect_tenant_table('curation.post_documents');
-- For curation.search_posts: a condition of row-level security would keep readers from using the index of documents.
create policy owner_searches on curation.post_documents for select to syndication_owner using (true);

create function curation.search_posts(query text, at_most integer default 100)
returns table (post_id text, posted_at timestamptz, language text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Planned with the query itself, so that a frequent word is looked for from the newest post on.
    return query execute '
        select d.post_id, d.posted_at, d.language
        from curation.post_documents d
        where
            d.organization_id = nullif(current_setting(''app.organization_id'', true), '''')
            and d.document @@ curation.any_language_query($1)
            and d.document @@ curation.language_query(d.language, $1)
        order by d.posted_at desc nulls last, d.post_id
        limit $2
    ' using query, at_most;
end
$$;

comment on function curation.search_posts is
'The newest posts of the session''s organization that a web search finds. Runs as its owner, who may use the index of '
'documents, which row-level security keeps readers from; it says the organization itself.';

grant execute on function curation.search_posts to syndication_reader;

create view curation.post_facts with (security_invoker = true) as
select
    p.organization_id,
    p.post_id,
    p.platform,
    p.author_username,
    p.post_type,
    p.url,
    p.text_content,
    p.is_simulated,
    d.posted_at,
    d.observed_at,
    d.language,
    d.document,
    extract(epoch from d.observed_at - d.posted_at) / 86400 as age_days,
    array(
        select t.tag_name
        from curation.profile_tags pt
        join curation.tags t on t.organization_id = pt.organization_id and t.tag_id = pt.tag_id
        where pt.organization_id = p.organization_id and pt.profile_id = p.profile_id
    ) as profile_tags,
    array(
        select distinct m.media_type
        from scraping.media_records m
        where m.organization_id = p.organization_id and m.post_id = p.post_id and m.is_current
    ) as media,
    array(
        select h.hashtag
        from scraping.post_hashtags ph
        join scraping.hashtags h on h.organization_id = ph.organization_id and h.hashtag_id = ph.hashtag_id
        where ph.organization_id = p.organization_id and ph.post_id = p.post_id and ph.is_current
    ) as hashtags,
    s.reactions,
    s.comments,
    s.shares,
    s.views,
    case when num_nonnulls(s.reactions, s.comments, s.shares) > 0
        then coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0)
    end as engagement
from curation.post_documents d
join scraping.post_records p on p.organization_id = d.organization_id and p.post_id = d.post_id
left join lateral (
    select n.reactions, n.comments, n.shares, n.views
    from scraping.snapshots n
    where n.organization_id = d.organization_id and n.post_id = d.post_id
    order by n.downloaded_at desc
    limit 1
) s on true;

comment on view curation.post_facts is
'One row is what searches and rules may ask of one post, as its newest observations tell.';
comment on column curation.post_facts.organization_id is 'The organization.';
comment on column curation.post_facts.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_facts.platform is 'Platform, such as linkedin.';
comment on column curation.post_facts.author_username is 'Handle of the author; NULL if not observed.';
comment on column curation.post_facts.post_type is 'regular, quote, repost, video …; NULL if not observed.';
comment on column curation.post_facts.url is 'URL of the post; NULL if not observed.';
comment on column curation.post_facts.text_content is 'Its text; NULL if it has none.';
comment on column curation.post_facts.is_simulated is 'Whether it is the sample of a dry run.';
comment on column curation.post_facts.posted_at is 'When it was published; NULL if that is not known.';
comment on column curation.post_facts.observed_at is 'Its newest observation.';
comment on column curation.post_facts.language is 'ISO 639-1 code; empty if the text is too short to tell.';
comment on column curation.post_facts.document is 'Its text as search terms.';
comment on column curation.post_facts.age_days is
'Days from its publication to its newest observation, so that it does not depend on when a rule runs; NULL if the '
'publication is not known.';
comment on column curation.post_facts.profile_tags is 'Names of the tags of its author.';
comment on column curation.post_facts.media is 'Kinds of its media.';
comment on column curation.post_facts.hashtags is 'Hashtags of its newest text, without #.';
comment on column curation.post_facts.reactions is 'Reactions of its newest snapshot; NULL if not measured.';
comment on column curation.post_facts.comments is 'Comments of its newest snapshot; NULL if not measured.';
comment on column curation.post_facts.shares is 'Shares of its newest snapshot; NULL if not measured.';
comment on column curation.post_facts.views is 'Views of its newest snapshot; NULL if not measured.';
comment on column curation.post_facts.engagement is
'Reactions, comments and shares that were measured, added up; NULL if none was.';

grant select on curation.post_facts to syndication_pipeline, syndication_reader;
