-- Assigns a post to every component of ids: the existing post with one of the ids, or a new post. Two canonical ids
-- (activity, video, post) never belong to one post, even if they share a weaker id. Run it again after a merge of
-- posts: it rebuilds its temporary tables.

drop table if exists staged_matches;

drop table if exists staged_posts;

create temporary table staged_posts on commit drop as
select
    a.component,
    a.organization_id,
    a.platform,
    a.alias_kind as urn_kind,
    a.alias as urn,
    a.alias_kind in ('activity', 'video', 'post') as is_canonical,
    cast(null as text) as post_id,
    false as is_new
from staged_aliases as a
where a.node = a.component;

create temporary table staged_matches on commit drop as
select distinct
    s.component,
    c.is_canonical as is_component_canonical,
    c.urn as component_urn,
    p.organization_id,
    p.post_id,
    p.urn_kind in ('activity', 'video', 'post') as is_post_canonical,
    p.urn_kind,
    p.urn,
    p.first_seen_at
from staged_aliases as s
inner join scraping.post_aliases as a
    on
        s.organization_id = a.organization_id
        and s.platform = a.platform
        and s.alias_kind = a.alias_kind
        and s.alias = a.alias
inner join scraping.post_records as p on a.organization_id = p.organization_id and a.post_id = p.post_id
inner join staged_posts as c on s.component = c.component
where
    not c.is_canonical
    or p.urn_kind not in ('activity', 'video', 'post')
    or c.urn = p.urn;

-- Weak ids that lead to two canonical posts do not join them: the smallest canonical id gets the weak ids.
delete from staged_matches as m using staged_matches as other
where
    m.component = other.component
    and m.is_post_canonical
    and other.is_post_canonical
    and other.urn < m.urn;

-- A post without a canonical id is not split either: the smallest canonical id gets it.
delete from staged_matches as m using staged_matches as other
where
    m.post_id = other.post_id
    and not m.is_post_canonical
    and m.is_component_canonical
    and other.is_component_canonical
    and other.component_urn < m.component_urn;

update staged_posts as s set post_id = m.post_id
from staged_matches as m
where s.component = m.component;

update staged_posts
set post_id = tenancy.public_id('p', nextval('scraping.post_id_sequence')), is_new = true
where post_id is null;

analyze staged_posts;
