-- Readers search for words alone again, and texts of rules have any length.

set local role syndication_owner;

create or replace function curation.search_posts(query text, at_most integer default 100)
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

drop function curation.search_query(text);

alter table curation.tag_rules
drop constraint tag_rules_text_query_length;
