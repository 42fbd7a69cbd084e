-- One row is one observation with the post that it describes, after all ids are resolved. The table is narrow because
-- the following statements sort it.

create temporary table observed_posts on commit drop as
select
    o.observation_id,
    o.run_id,
    s.organization_id,
    s.platform,
    s.post_id,
    s.is_new,
    -- Ids of other items may show that the post and its original are the same post.
    nullif(original.post_id, s.post_id) as original_post_id,
    o.observed_at,
    o.observed_as,
    o.is_description,
    o.content_hash,
    o.has_counters,
    o.author_username,
    o.post_type,
    o.posted_at,
    -- Only an item of the post itself knows its type (the act of a repost, a quote, a video …), if it has one at all.
    o.observed_as = 'post' and (o.post_type is not null or o.original_node is not null) as has_type,
    -- The item says so, or the post was never sent.
    coalesce(o.stats @> '{"is_simulated": true}', false)
    or (s.organization_id, s.platform, s.urn) in (
        select
            t.organization_id,
            t.platform,
            t.platform_post_id
        from publishing.post_targets as t
        where t.is_simulated and t.platform_post_id is not null
    ) as is_simulated,
    -- 1 is the newest. At the same time the preferred kind comes first, then the smallest hash, so that the order of
    -- files does not matter; of two authors the smallest name, and of two publication times the earliest, which a merge
    -- of two posts can compare as well.
    row_number() over (
        order by o.observed_at desc, o.observed_as asc, o.content_hash asc, o.observation_id asc
    ) as newness,
    row_number() over (order by o.observed_at desc, o.author_username asc) as author_newness,
    row_number() over (order by o.observed_at desc, o.posted_at asc) as posted_newness
from staged_observations as o
inner join staged_aliases as a on o.node = a.node
inner join staged_posts as s on a.component = s.component
left join staged_aliases as original_alias on o.original_node = original_alias.node
left join staged_posts as original on original_alias.component = original.component;

-- Only the columns that plans need, here and below.
analyze observed_posts (post_id, observation_id, newness, author_newness, posted_newness);

-- One row is one post at one time with counters: its snapshot. `newness` is the observation with the counters,
-- `described_newness` the one whose payload describes the post.
create temporary table observed_moments on commit drop as
select
    organization_id,
    post_id,
    observed_at,
    min(newness) filter (where has_counters) as newness,
    coalesce(min(newness) filter (where is_description), min(newness)) as described_newness,
    bool_or(is_description) as is_description,
    bool_or(author_username is not null) as has_author,
    bool_or(has_type) as has_type,
    min(posted_at) as posted_at
from observed_posts
group by organization_id, post_id, observed_at
having bool_or(has_counters);

analyze observed_moments (post_id, newness, described_newness);

-- One row is one observed post: when it was seen, and the newest observations that describe its content (if none does,
-- the newest of all, without content_observed_at), that name its author, that have its type, and that tell when it was
-- published. These may be four different observations: counters alone do not describe the text, and a text may lack
-- its author.
create temporary table described_posts on commit drop as
select
    facts.organization_id,
    facts.post_id,
    facts.first_seen_at,
    facts.last_seen_at,
    facts.has_moments,
    facts.is_simulated,
    newest.observation_id,
    newest.run_id,
    newest.is_new,
    newest.is_description,
    case when newest.is_description then newest.observed_at end as content_observed_at,
    newest.observed_as as content_observed_as,
    newest.content_hash,
    author.observed_at as author_observed_at,
    author.author_username,
    profile.profile_id,
    direct.observed_at as direct_observed_at,
    direct.post_type,
    direct.original_post_id as reposted_post_id,
    posted.observed_at as posted_observed_at,
    posted.posted_at
from (
    select
        organization_id,
        post_id,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at,
        bool_or(is_simulated) as is_simulated,
        -- Whether snapshots tell all times of the post.
        bool_and(has_counters) as has_moments,
        coalesce(min(newness) filter (where is_description), min(newness)) as newest,
        min(author_newness) filter (where author_username is not null) as newest_author,
        min(newness) filter (where has_type) as newest_direct,
        min(posted_newness) filter (where posted_at is not null) as newest_posted
    from observed_posts
    group by organization_id, post_id
) as facts
inner join observed_posts as newest on facts.newest = newest.newness
left join observed_posts as author on facts.newest_author = author.author_newness
left join observed_posts as direct on facts.newest_direct = direct.newness
left join observed_posts as posted on facts.newest_posted = posted.posted_newness
left join scraping.profiles as profile
    on
        author.organization_id = profile.organization_id
        and author.platform = profile.platform
        and author.author_username = profile.username;

analyze described_posts (organization_id, post_id, observation_id, is_new);
