-- Publishing, two more networks: the ids under which a platform may name a post of ours, and which numbers of LinkedIn
-- and Instagram fill the counters.

set local role syndication_owner;

create view scraping.post_ids with (security_invoker = true) as
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
comment on column scraping.post_ids.organization_id is 'Organization that owns the row, checked by row-level security.';
comment on column scraping.post_ids.platform is 'Platform that assigned the id, such as linkedin.';
comment on column scraping.post_ids.platform_post_id is 'The id, as in publishing.post_targets.';
comment on column scraping.post_ids.post_id is 'Post that has the id; refers to posts.';

grant select on scraping.post_ids to syndication_pipeline, syndication_reader;

-- A counter has one definition: LinkedIn's reactions and comments come from social actions, the rest from a page's
-- share statistics.
-- No person changes these rules, so they are not in the log of those changes.
alter table engagement.platform_metrics disable trigger platform_metrics_changes;

insert into engagement.platform_metrics (platform, metric_name, source_name) values
('linkedin', 'reactions', 'totalLikes'),
('linkedin', 'comments', 'aggregatedTotalComments'),
('linkedin', 'shares', 'shareCount'),
('linkedin', 'clicks', 'clickCount'),
('linkedin', 'impressions', 'impressionCount'),
('linkedin', 'reach', 'uniqueImpressionsCount'),
('instagram', 'shares', 'shares'),
('instagram', 'saves', 'saved'),
('instagram', 'views', 'views'),
('instagram', 'reach', 'reach');

alter table engagement.platform_metrics enable trigger platform_metrics_changes;
