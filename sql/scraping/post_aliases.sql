-- One row is one id under which a post is known. A re-run changes nothing; an id that belongs to another post already
-- stays there.

insert into scraping.post_aliases as p (organization_id, platform, alias_kind, alias, post_id, first_seen_at)
select
    a.organization_id,
    a.platform,
    a.alias_kind,
    a.alias,
    s.post_id,
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
order by a.organization_id, a.platform, a.alias_kind, a.alias
on conflict (organization_id, platform, alias_kind, alias) do update set
    first_seen_at = excluded.first_seen_at
where excluded.first_seen_at < p.first_seen_at and excluded.post_id = p.post_id;

-- A post goes by its strongest id, of several by the least: one that is known by a weaker id learns its canonical one.
update scraping.posts as p set urn = a.alias, urn_kind = a.alias_kind
from (
    select distinct on (a.organization_id, a.post_id) a.*
    from scraping.post_aliases as a
    inner join described_posts as d on a.organization_id = d.organization_id and a.post_id = d.post_id
    where not d.is_new
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
