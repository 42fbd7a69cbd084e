-- One row is one id under which a post is known. A re-run changes nothing; an id that belongs to another post already
-- stays there.

create temporary table new_aliases on commit drop as
select
    a.organization_id,
    a.platform,
    a.alias_kind,
    a.alias,
    s.post_id,
    s.is_new,
    c.first_seen_at
from staged_aliases as a
inner join staged_posts as s on a.component = s.component
-- Of the component, not of its post: what else the database knows of the post must not matter.
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
where known.alias is null or (known.first_seen_at > c.first_seen_at and known.post_id = s.post_id);

analyze new_aliases;

insert into scraping.post_aliases as p (organization_id, platform, alias_kind, alias, post_id, first_seen_at)
select
    organization_id,
    platform,
    alias_kind,
    alias,
    post_id,
    first_seen_at
from new_aliases
order by organization_id, platform, alias_kind, alias
on conflict (organization_id, platform, alias_kind, alias) do update set
    first_seen_at = excluded.first_seen_at;

-- A post goes by its strongest id, of several by the least: one that is known by a weaker id learns its canonical one.
update scraping.posts as p set urn = a.alias, urn_kind = a.alias_kind
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
        array_position(array['activity', 'video', 'ugcPost', 'share'], a.alias_kind) asc,
        a.alias asc
) as a
where
    p.organization_id = a.organization_id
    and p.post_id = a.post_id
    and (p.urn_kind, p.urn) <> (a.alias_kind, a.alias);
