-- Scraping: the Graph API's id of a post on Instagram is an alias of its short code, which is in the permalink, so that
-- a post of ours and a scrape of the same post are one post. Posts that both have shown become one with the next
-- observation from the Graph API, or when such a day is loaded again.

set local role syndication_owner;

alter table scraping.post_aliases drop constraint post_aliases_alias_kind_check;
alter table scraping.post_aliases add constraint post_aliases_alias_kind_check
check (alias_kind in ('activity', 'share', 'ugcPost', 'video', 'post', 'media'));

comment on column scraping.post_aliases.alias_kind is
'Kind of the id: activity, share, ugcPost or video; media for the id that Instagram''s Graph API has for a post; post '
'for what is in the address of a post on other platforms.';
comment on column scraping.post_records.urn_kind is
'Kind of the id in urn: activity, video, post, ugcPost, share or media.';
comment on column scraping.posts.urn_kind is
'Kind of the id in urn: activity, video, post, ugcPost, share or media.';

set local role syndication_pipeline;

-- Ids of the Graph API have 17 digits, short codes hardly ever digits alone.
update scraping.post_aliases set alias_kind = 'media', is_claimed = false
where platform = 'instagram' and alias_kind = 'post' and alias ~ '^[0-9]{14,25}$';

update scraping.post_records set urn_kind = 'media'
where platform = 'instagram' and urn_kind = 'post' and urn ~ '^[0-9]{14,25}$';

create temporary table short_codes on commit drop as
select distinct on (organization_id, code)
    organization_id,
    post_id,
    code,
    first_seen_at
from (
    select
        r.organization_id,
        r.post_id,
        r.first_seen_at,
        substring(
            r.url from 'instagram\.[a-z]+/(?:[^/?#]+/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{6,60})(?:[/?#]|$)'
        ) as code
    from scraping.post_records as r
    where r.platform = 'instagram' and r.urn_kind = 'media'
) as of_posts
where
    code is not null
    and not exists (
        select from scraping.post_aliases as a
        where
            a.organization_id = of_posts.organization_id
            and a.platform = 'instagram'
            and a.alias_kind = 'post'
            and a.alias = of_posts.code
    )
order by organization_id, code, first_seen_at, post_id;

insert into scraping.post_aliases (organization_id, platform, alias_kind, alias, post_id, is_claimed, first_seen_at)
select
    organization_id,
    'instagram',
    'post',
    code,
    post_id,
    true,
    first_seen_at
from short_codes
order by organization_id, code;

update scraping.post_aliases as a set is_claimed = true
from short_codes as s
where a.organization_id = s.organization_id and a.post_id = s.post_id;

update scraping.post_records as p set urn_kind = 'post', urn = s.code
from short_codes as s
where p.organization_id = s.organization_id and p.post_id = s.post_id;

set local role syndication_owner;

create or replace view scraping.post_ids with (security_invoker = true) as
select
    organization_id,
    platform,
    urn as platform_post_id,
    post_id
from scraping.posts
where urn_kind <> 'media'
union all
select
    organization_id,
    platform,
    case when alias_kind = 'media' then alias else 'urn:li:' || alias_kind || ':' || alias end as platform_post_id,
    post_id
from scraping.post_aliases
where platform = 'linkedin' or alias_kind = 'media';

comment on view scraping.post_ids is
'One row is one id by which a platform names a post when it is published. Most platforms have one id for a post; on '
'LinkedIn it is one of several and names its kind, such as urn:li:share:7141138937766391808; on Instagram it is the id '
'of the Graph API.';
