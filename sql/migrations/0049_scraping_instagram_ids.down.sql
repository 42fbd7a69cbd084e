-- The Graph API's id is the id of a post on Instagram again, also of a post that is known by its short code, which
-- goes: the former code cannot tell that both are one post.

set local role syndication_pipeline;

delete from scraping.post_aliases as a
using scraping.post_aliases as m
where
    a.platform = 'instagram'
    and a.alias_kind = 'post'
    and m.organization_id = a.organization_id
    and m.post_id = a.post_id
    and m.alias_kind = 'media';

update scraping.post_records as p set urn_kind = 'post', urn = m.alias
from (
    select
        organization_id,
        post_id,
        min(alias) as alias
    from scraping.post_aliases
    where alias_kind = 'media'
    group by organization_id, post_id
) as m
where p.organization_id = m.organization_id and p.post_id = m.post_id;

update scraping.post_aliases set alias_kind = 'post', is_claimed = true
where alias_kind = 'media';

set local role syndication_owner;

create or replace view scraping.post_ids with (security_invoker = true) as
select
    organization_id,
    platform,
    urn as platform_post_id,
    post_id
from scraping.posts
union all
select
    organization_id,
    platform,
    'urn:li:' || alias_kind || ':' || alias as platform_post_id,
    post_id
from scraping.post_aliases
where platform = 'linkedin';

comment on view scraping.post_ids is
'One row is one id by which a platform names a post when it is published. Most platforms have one id for a post; on '
'LinkedIn it is one of several and names its kind, such as urn:li:share:7141138937766391808.';

alter table scraping.post_aliases drop constraint post_aliases_alias_kind_check;
alter table scraping.post_aliases add constraint post_aliases_alias_kind_check
check (alias_kind in ('activity', 'share', 'ugcPost', 'video', 'post'));

comment on column scraping.post_aliases.alias_kind is
'Kind of the id: activity, share, ugcPost or video; post on platforms with a single kind.';
comment on column scraping.post_records.urn_kind is
'Kind of the id in urn: activity, video, post, ugcPost or share.';
comment on column scraping.posts.urn_kind is
'Kind of the id in urn: activity, video, post, ugcPost or share.';
