-- Readers find briefs by state, batch, language and words through indexes, which row-level security keeps them from.
-- What several statements say about briefs is said once. Briefs may have the quality executive.

set local role syndication_owner;

-- No index on words serves parts of words in the embedded server, which has no pg_trgm.
create function studio.parts_of_text(words text)
returns text[] language sql immutable parallel safe strict cost 1000
set search_path = pg_catalog, pg_temp
as $$
select coalesce(array_agg(distinct p.part), '{}')
from (
    select
        l.letter,
        lead(l.letter, 1) over (order by l.place) as second,
        lead(l.letter, 2) over (order by l.place) as third
    from unnest(string_to_array(lower(words), null)) with ordinality as l (letter, place)
) as t
cross join lateral (
    values
    (t.letter || t.second || t.third),
    -- U+2E80: from there on, two characters are a word.
    (case when ascii(t.letter) >= 11904 and ascii(t.second) >= 11904 then t.letter || t.second end)
) as p (part)
where p.part is not null
$$;

comment on function studio.parts_of_text is
'Every three characters of a text in a row, in lower case, and every two of Chinese, Japanese and Korean: a text has a '
'part of it only if it has all parts of that. Empty for a text of fewer characters.';

grant execute on function studio.parts_of_text to syndication_pipeline;

-- For studio.found_requests and studio.counted_requests, which name the organization of the session themselves.
create policy owner_searches on studio.content_requests for select to syndication_owner using (true);

-- Lists of one organization come first now: content_requests_of_organization.
drop index studio.content_requests_newest;

create function studio.request_candidates(with_words text)
returns text language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
-- By itself, so that the parts of each brief are read from the index and never computed again.
select
    case when studio.parts_of_text(coalesce(with_words, '')) = '{}' then 'studio.content_requests as r'
        else '(select * from studio.content_requests as c'
            || ' where studio.parts_of_text(c.title || '' '' || c.brief) @> studio.parts_of_text($4) offset 0) as r'
    end
$$;

comment on function studio.request_candidates is
'A part of a query: the briefs of all organizations as r, by an index those that may have the words $4.';

create function studio.request_conditions(
    of_state studio.request_state, of_batch text, of_language text, with_words text
)
returns text language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
select
    ' where r.organization_id = nullif(current_setting(''app.organization_id'', true), '''')'
    || case when of_state is null then '' else ' and r.state = $1' end
    || case when of_batch is null then '' else ' and r.batch_name = $2' end
    || case when of_language is null then '' else ' and r.language = $3' end
    || case when with_words is null then ''
        else ' and position(lower($4) in lower(r.title || '' '' || r.brief)) > 0' end
$$;

comment on function studio.request_conditions is
'A part of a query: the conditions on r that find the briefs of the session''s organization by what is not NULL, which '
'are $1 to $4.';

create function studio.found_requests(
    of_state studio.request_state, of_batch text, of_language text, with_words text, at_most integer, skipped integer
)
returns table (request_id text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set work_mem = '64MB'
as $$
declare
    everything constant text := studio.request_conditions(null, null, null, null);
    conditions constant text := studio.request_conditions(of_state, of_batch, of_language, with_words);
    newest constant text := ' order by r.created_at desc, r.request_id limit ';
    found text[];
begin
    if of_state is null and with_words is null then
        return query execute
            'select r.request_id from studio.content_requests as r' || conditions || newest || '$5 offset $6'
            using of_state, of_batch, of_language, with_words, at_most, skipped;
        return;
    end if;
    -- Under row-level security the planner does not know how frequent a state or a word is. What is frequent is found
    -- among the newest briefs, and everything else by its index, whose rows are then put in order.
    execute
        'select array(select r.request_id from (select r.* from studio.content_requests as r' || everything || newest
        || '2000) as r' || conditions || newest || '$5 offset $6)'
        into found using of_state, of_batch, of_language, with_words, at_most, skipped;
    if cardinality(found) = at_most then
        return query select unnest(found);
        return;
    end if;
    return query execute
        'select r.request_id from (select r.request_id, r.created_at from ' || studio.request_candidates(with_words)
        || conditions || ' offset 0) as r' || newest || '$5 offset $6'
        using of_state, of_batch, of_language, with_words, at_most, skipped;
end
$$;

comment on function studio.found_requests is
'The briefs of the session''s organization, the newest first; NULL finds all. Runs as its owner, who may use indexes '
'that row-level security keeps readers from; it says the organization itself.';

create function studio.counted_requests(
    of_state studio.request_state, of_batch text, of_language text, with_words text
)
returns bigint language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set work_mem = '64MB'
as $$
declare
    counted bigint;
begin
    if of_state is null and with_words is null then
        -- Until the end of the function.
        perform set_config('enable_seqscan', 'on', true);
    end if;
    execute 'select count(*) from ' || studio.request_candidates(with_words)
        || studio.request_conditions(of_state, of_batch, of_language, with_words)
        into counted using of_state, of_batch, of_language, with_words;
    return counted;
end
$$;

comment on function studio.counted_requests is 'How many briefs studio.found_requests finds.';

grant execute on function studio.found_requests, studio.counted_requests to syndication_reader;

create function studio.is_to_be_made(r studio.content_requests, at_moment timestamptz)
returns boolean language sql immutable parallel safe
as $$ select r.state = 'pending' and r.stopped_before is null and r.next_attempt_at <= at_moment $$;

comment on function studio.is_to_be_made is
'Whether runs may make a brief at this moment: it waits for no person, and not for a later attempt. It is inlined, and '
'so uses the index of such briefs.';

create function studio.channels_of_request(of_organization_id text, of_request_id text)
returns text[] language sql stable parallel safe
as $$
select
    array(
        select c.platform || '/' || c.channel_type
        from studio.request_channels as c
        where c.organization_id = of_organization_id and c.request_id = of_request_id
        order by 1
    )
$$;

comment on function studio.channels_of_request is 'The channels of a brief, as in facebook/feed_post, by name.';

grant execute on function studio.is_to_be_made to syndication_pipeline;
grant execute on function studio.channels_of_request to syndication_pipeline, syndication_reader;

alter type studio.visual_quality add value 'executive';
comment on type studio.visual_quality is
'How much is made of a brief.
draft: of each channel, the format that is posted
standard: all formats
premium: all formats, and photos are compressed as little as the channel allows
executive: as premium, and its pictures need the score of the level strict, whatever the level of the brand';
