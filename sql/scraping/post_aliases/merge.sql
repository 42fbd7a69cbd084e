-- One row is one id of a post. A weak id (ugcPost, share, media) belongs to the smallest canonical id that ever
-- occurred together with it, in whatever order they were loaded; a weak id without a canonical id stays with the post
-- found by other weak ids. The day's files replace what was loaded for the day before. A re-run changes nothing.
-- Parameters: day.
--
-- Only the id moves. Snapshots and texts observed under weak ids alone stay with the post that had the ids when their
-- day was loaded, because they do not store their ids; loading that day again moves its snapshots.

create temporary table new_aliases on commit drop as
select
    a.organization_id,
    a.platform,
    a.alias_kind,
    a.alias,
    s.post_id,
    s.is_new,
    s.is_canonical as is_claim,
    known.post_id as known_post_id,
    case when known.first_seen_at < %(day)s::date then known.first_seen_at else c.first_seen_at end as first_seen_at
from staged_aliases as a
inner join staged_posts as s on a.component = s.component
-- Times of the component, not of its post: other data of the post must not influence them.
inner join (
    select
        n.component,
        min(o.observed_at) as first_seen_at
    from staged_observations as o
    inner join staged_aliases as n on o.node = n.node
    group by n.component
) as c on a.component = c.component
left join scraping.post_aliases as known
    on
        a.organization_id = known.organization_id
        and a.platform = known.platform
        and a.alias_kind = known.alias_kind
        and a.alias = known.alias
where
    known.alias is null
    or (known.first_seen_at >= %(day)s::date and known.first_seen_at <> c.first_seen_at)
    or (s.is_canonical and (not known.is_claimed or known.post_id <> s.post_id));

analyze new_aliases;

insert into scraping.post_aliases (
    organization_id, platform, alias_kind, alias, post_id, is_claimed, first_seen_at
)
select
    organization_id,
    platform,
    alias_kind,
    alias,
    post_id,
    is_claim,
    first_seen_at
from new_aliases
where known_post_id is null
order by organization_id, platform, alias_kind, alias;

update scraping.post_aliases as p set first_seen_at = n.first_seen_at
from new_aliases as n
where
    n.known_post_id is not null
    and p.organization_id = n.organization_id
    and p.platform = n.platform
    and p.alias_kind = n.alias_kind
    and p.alias = n.alias
    and p.first_seen_at <> n.first_seen_at;

-- The urn of a post is its strongest id, the smallest if there are several: a post with a weak urn gets a canonical
-- one.
update scraping.post_records as p set urn = a.alias, urn_kind = a.alias_kind
from (
    select distinct on (a.organization_id, a.post_id) a.*
    from scraping.post_aliases as a
    where
        (a.organization_id, a.post_id) in (
            select
                n.organization_id,
                n.post_id
            from new_aliases as n
            where not n.is_new
        )
    order by
        a.organization_id asc,
        a.post_id asc,
        array_position(array['activity', 'video', 'post', 'ugcPost', 'share', 'media'], a.alias_kind) asc,
        a.alias asc
) as a
where
    p.organization_id = a.organization_id
    and p.post_id = a.post_id
    and (p.urn_kind, p.urn) <> (a.alias_kind, a.alias);

-- Both posts that claim an id have their canonical urn by now: the smaller urn gets the id.
update scraping.post_aliases as p set post_id = n.post_id, is_claimed = true
from new_aliases as n
inner join
    scraping.post_records as claimer
    on n.organization_id = claimer.organization_id and n.post_id = claimer.post_id
inner join
    scraping.post_records as owner
    on n.organization_id = owner.organization_id and n.known_post_id = owner.post_id
where
    n.is_claim
    -- The join implies it, but not to the planner, which would read all posts on a day of new ones.
    and n.known_post_id is not null
    and p.organization_id = n.organization_id
    and p.platform = n.platform
    and p.alias_kind = n.alias_kind
    and p.alias = n.alias
    and (not p.is_claimed or claimer.urn < owner.urn);
