-- Search: readers in SQL search as commands do: what they type becomes the terms of texts. Searches are bounded,
-- because PostgreSQL reads long ones for seconds and then refuses them, which would end the run of all rules.

set local role syndication_owner;

alter table curation.tag_rules
add constraint tag_rules_text_query_length check (length(text_query) <= 1000);

create function curation.search_query(typed text)
returns text language plpgsql immutable parallel safe strict
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Han, Hiragana and Katakana.
    unsplit constant text :=
        '\u0e01-\u0e3a\u0e40-\u0edf\u1000-\u109f\u1780-\u17f9\u19e0-\u19ff\u2e80-\u2ef2\u3005\u3007'
        || '\u3021-\u3029\u303b\u3041-\u3096\u309d-\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\u3400-\u4dbf'
        || '\u4e00-\u9fff\ua9e0-\ua9fe\uaa60-\uaa7f\ufa0e-\ufa29\U000116d0-\U000116e3\U00016fe2-\U00016fe3'
        || '\U00016ff0-\U00016ff6\U0001aff0-\U0001b168\U00020000-\U00033479';
    -- Marks that belong to the letter before them, and the dot within words of Katakana.
    marks constant text :=
        '\u0300-\u036f\u0591-\u05c7\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1'
        || '\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f18-\u0f84\u102b-\u109f\u17b4-\u17d3\u20d0-\u20ff\u3099\u309a\u30fb'
        || '\ufe00-\ufe0f\ufe20-\ufe2f';
    -- Vowel signs of Arabic, which most people leave out, and the line that stretches a word.
    optional constant text :=
        '\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed';
    piece text;
    token text[];
    words text;
    terms text;
    result text := '';
    is_quoted boolean;
begin
    for piece in
        select m[1]
        from regexp_matches(
            regexp_replace(normalize(typed, nfkc), '[' || optional || ']', '', 'g'), '("[^"]*"?|[^\s"]+|\s+)', 'g'
        ) as m
    loop
        is_quoted := left(piece, 1) = '"';
        words := '';
        for token in
            select m
            from regexp_matches(
                case when is_quoted then btrim(piece, '"') else piece end,
                '((?<![\w&/#])#[\w' || marks || ']+)|([^#]+|#)', 'g'
            ) as m
        loop
            words := words || coalesce(
                'h' || encode(
                    convert_to(
                        normalize(replace(replace(lower(substr(token[1], 2)), 'ß', 'ss'), 'ς', 'σ'), nfkc), 'UTF8'
                    ),
                    'hex'
                ) || ' ',
                token[2]
            );
        end loop;
        terms := '';
        for token in select m from regexp_matches(words, '([' || unsplit || ']+)|([^' || unsplit || ']+)', 'g') as m
        loop
            if token[1] is null then
                terms := terms || token[2];
                continue;
            end if;
            select
                string_agg(
                    'u' || to_hex(ascii(substr(token[1], n, 1)))
                    || case when length(token[1]) > 1 then 'u' || to_hex(ascii(substr(token[1], n + 1, 1))) else '' end,
                    ' ' order by n
                )
            into words
            from generate_series(1, greatest(length(token[1]) - 1, 1)) as n;
            terms := terms || case when is_quoted then ' ' || words || ' ' else '"' || words || '" ' end;
        end loop;
        if is_quoted then
            terms := '"' || btrim(regexp_replace(terms, '\s+', ' ', 'g')) || '"';
        end if;
        result := result || terms;
    end loop;
    return result;
end
$$;

comment on function curation.search_query is
'A web search (words, "phrases", or, -without) in which scripts without spaces and hashtags are the terms of texts.';

create or replace function curation.search_posts(query text, at_most integer default 100)
returns table (post_id text, posted_at timestamptz, language text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if length(query) > 1000 then
        raise exception 'The text to look for is longer than 1,000 characters: write fewer words.'
        using errcode = 'program_limit_exceeded';
    end if;
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
    ' using curation.search_query(query), at_most;
end
$$;
