-- What a search asks of posts without their numbers: it then reads no snapshots, which were looked up for every post
-- that a word is in, before the newest were chosen.

set local role syndication_owner;

create view curation.post_contents with (security_invoker = true) as
select
    p.organization_id,
    p.post_id,
    p.platform,
    p.author_username,
    p.post_type,
    p.url,
    p.text_content,
    p.is_simulated,
    d.posted_at,
    d.observed_at,
    d.language,
    d.document,
    extract(epoch from d.observed_at - d.posted_at) / 86400 as age_days,
    array(
        select t.tag_name
        from curation.profile_tags pt
        join curation.tags t on t.organization_id = pt.organization_id and t.tag_id = pt.tag_id
        where pt.organization_id = p.organization_id and pt.profile_id = p.profile_id
    ) as profile_tags,
    array(
        select distinct m.media_type
        from scraping.media_records m
        where m.organization_id = p.organization_id and m.post_id = p.post_id and m.is_current
    ) as media,
    array(
        select h.hashtag
        from scraping.post_hashtags ph
        join scraping.hashtags h on h.organization_id = ph.organization_id and h.hashtag_id = ph.hashtag_id
        where ph.organization_id = p.organization_id and ph.post_id = p.post_id and ph.is_current
    ) as hashtags
from curation.post_documents d
join scraping.post_records p on p.organization_id = d.organization_id and p.post_id = d.post_id;

comment on view curation.post_contents is
'One row is what searches and rules may ask of one post but its numbers, whose snapshots are looked up for each post.';
comment on column curation.post_contents.organization_id is 'The organization.';
comment on column curation.post_contents.post_id is 'The post; refers to scraping.post_records.';
comment on column curation.post_contents.platform is 'Platform, such as linkedin.';
comment on column curation.post_contents.author_username is 'Handle of the author; NULL if not observed.';
comment on column curation.post_contents.post_type is 'regular, quote, repost, video …; NULL if not observed.';
comment on column curation.post_contents.url is 'URL of the post; NULL if not observed.';
comment on column curation.post_contents.text_content is 'Its text; NULL if it has none.';
comment on column curation.post_contents.is_simulated is 'Whether it is the sample of a dry run.';
comment on column curation.post_contents.posted_at is 'When it was published; NULL if that is not known.';
comment on column curation.post_contents.observed_at is 'Its newest observation.';
comment on column curation.post_contents.language is 'ISO 639-1 code; empty if the text is too short to tell.';
comment on column curation.post_contents.document is 'Its text as search terms.';
comment on column curation.post_contents.age_days is
'Days from its publication to its newest observation, so that it does not depend on when a rule runs; NULL if the '
'publication is not known.';
comment on column curation.post_contents.profile_tags is 'Names of the tags of its author.';
comment on column curation.post_contents.media is 'Kinds of its media.';
comment on column curation.post_contents.hashtags is 'Hashtags of its newest text, without #.';

grant select on curation.post_contents to syndication_pipeline, syndication_reader;

create or replace view curation.post_facts with (security_invoker = true) as
select
    c.organization_id,
    c.post_id,
    c.platform,
    c.author_username,
    c.post_type,
    c.url,
    c.text_content,
    c.is_simulated,
    c.posted_at,
    c.observed_at,
    c.language,
    c.document,
    c.age_days,
    c.profile_tags,
    c.media,
    c.hashtags,
    s.reactions,
    s.comments,
    s.shares,
    s.views,
    case when num_nonnulls(s.reactions, s.comments, s.shares) > 0
        then coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0)
    end as engagement
from curation.post_contents c
left join lateral (
    select n.reactions, n.comments, n.shares, n.views
    from scraping.snapshots n
    where n.organization_id = c.organization_id and n.post_id = c.post_id
    order by n.downloaded_at desc
    limit 1
) s on true;
