-- Which post each observation speaks of, after every id was resolved. Narrow, because the statements that follow
-- sort it.

create temporary table observed_posts on commit drop as
select
    o.observation_id,
    o.item_id,
    o.run_id,
    s.organization_id,
    s.post_id,
    s.is_new,
    -- Ids met elsewhere may say that the post and its original are one.
    nullif(original.post_id, s.post_id) as original_post_id,
    o.observed_at,
    o.observed_as,
    o.content_hash,
    o.has_counters,
    o.post_type,
    o.posted_at
from staged_observations as o
inner join staged_aliases as a on o.node = a.node
inner join staged_posts as s on a.component = s.component
left join staged_aliases as original_alias on o.original_node = original_alias.node
left join staged_posts as original on original_alias.component = original.component;

analyze observed_posts;

-- One row is one post that was read: when it was met, and which observation describes it.
create temporary table described_posts on commit drop as
select
    facts.organization_id,
    facts.post_id,
    facts.first_seen_at,
    facts.last_seen_at,
    facts.posted_at,
    newest.observation_id,
    newest.item_id,
    newest.run_id,
    newest.is_new,
    newest.observed_at as content_observed_at,
    newest.content_hash,
    direct.observed_at as direct_observed_at,
    direct.post_type,
    direct.original_post_id as reposted_post_id
from (
    select
        organization_id,
        post_id,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at,
        min(posted_at) as posted_at
    from observed_posts
    group by organization_id, post_id
) as facts
inner join (
    select distinct on (organization_id, post_id) *
    from observed_posts
    order by organization_id asc, post_id asc, observed_at desc, observed_as asc, content_hash asc, item_id asc
) as newest on facts.organization_id = newest.organization_id and facts.post_id = newest.post_id
left join (
    select distinct on (organization_id, post_id) *
    from observed_posts
    where observed_as = 'post'
    order by organization_id asc, post_id asc, observed_at desc, content_hash asc, item_id asc
) as direct on facts.organization_id = direct.organization_id and facts.post_id = direct.post_id;

analyze described_posts;
