-- Facts of posts are one view again.

set local role syndication_owner;

create or replace view curation.post_facts with (security_invoker = true) as
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
    ) as hashtags,
    s.reactions,
    s.comments,
    s.shares,
    s.views,
    case when num_nonnulls(s.reactions, s.comments, s.shares) > 0
        then coalesce(s.reactions, 0) + coalesce(s.comments, 0) + coalesce(s.shares, 0)
    end as engagement
from curation.post_documents d
join scraping.post_records p on p.organization_id = d.organization_id and p.post_id = d.post_id
left join lateral (
    select n.reactions, n.comments, n.shares, n.views
    from scraping.snapshots n
    where n.organization_id = d.organization_id and n.post_id = d.post_id
    order by n.downloaded_at desc
    limit 1
) s on true;

drop view curation.post_contents;
