-- Records how far the fetch of one profile reached, and the gap that it left or closed. One row of profile_fetches is
-- replaced; recording the same fetch again changes nothing but the attempts of an open gap. Parameters:
-- organization_id, profile_id, fetched_at, known_until (the newest post that was known before; NULL if none was),
-- reached_back_to (NULL if the fetch met no post), newest_posted_at, problem (why it ended).

with recorded as (
    insert into scraping.profile_fetches as old (
        organization_id, profile_id, fetched_at, reached_back_to, newest_posted_at
    ) values (
        %(organization_id)s,
        %(profile_id)s,
        %(fetched_at)s,
        %(reached_back_to)s,
        %(newest_posted_at)s
    )
    on conflict (organization_id, profile_id) do update set
        fetched_at = excluded.fetched_at,
        reached_back_to = excluded.reached_back_to,
        newest_posted_at = greatest(old.newest_posted_at, excluded.newest_posted_at),
        failed_at = null
),

reached as (
    update scraping.post_gaps
    set
        closed_at = case when %(reached_back_to)s::timestamptz <= published_after then %(fetched_at)s end,
        published_before = case
            when %(reached_back_to)s::timestamptz <= published_after then published_before
            else least(published_before, %(reached_back_to)s::timestamptz)
        end,
        attempts = attempts + (%(reached_back_to)s::timestamptz > published_after)::integer,
        reason = case
            when %(reached_back_to)s::timestamptz <= published_after then reason
            else %(problem)s
        end
    where
        organization_id = %(organization_id)s
        and profile_id = %(profile_id)s
        and closed_at is null
        and %(reached_back_to)s::timestamptz is not null
)

insert into scraping.post_gaps (
    organization_id, profile_id, published_after, published_before, reason, found_at
)
select
    %(organization_id)s,
    %(profile_id)s,
    %(known_until)s,
    %(reached_back_to)s,
    %(problem)s,
    %(fetched_at)s
where %(known_until)s::timestamptz < %(reached_back_to)s::timestamptz
on conflict (organization_id, profile_id, published_after) do nothing
