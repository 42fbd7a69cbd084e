-- One row is one id under which a post is known. A re-run changes nothing; an id that belongs to another post already
-- stays there.

insert into scraping.post_aliases as p (organization_id, platform, alias_kind, alias, post_id, first_seen_at)
select
    a.organization_id,
    a.platform,
    a.alias_kind,
    a.alias,
    s.post_id,
    d.first_seen_at
from staged_aliases as a
inner join staged_posts as s on a.component = s.component
inner join described_posts as d on s.organization_id = d.organization_id and s.post_id = d.post_id
order by a.organization_id, a.platform, a.alias_kind, a.alias
on conflict (organization_id, platform, alias_kind, alias) do update set
    first_seen_at = excluded.first_seen_at
where excluded.first_seen_at < p.first_seen_at and excluded.post_id = p.post_id;
