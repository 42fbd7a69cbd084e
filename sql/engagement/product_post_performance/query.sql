-- One row is one product on one platform and UTC day: the engagement that its published posts gained on the day. Posts
-- of a dry run, which were never sent, and samples have rows of their own, marked as simulated. Parameters:
-- window_start, window_end (dates, the end exclusive). Days in engagement.stale_days are computed, too. Sums skip
-- unmeasured values, and are NULL if none was measured. A re-run changes nothing.

select
    d.organization_id,
    core.product_id,
    d.platform,
    d.activity_date,
    count(*)::integer as posts_observed,
    engagement.total(d.reactions_delta) as reactions_delta,
    engagement.total(d.comments_delta) as comments_delta,
    engagement.total(d.shares_delta) as shares_delta,
    engagement.total(d.saves_delta) as saves_delta,
    engagement.total(d.clicks_delta) as clicks_delta,
    engagement.total(d.views_delta) as views_delta,
    engagement.total(d.impressions_delta) as impressions_delta,
    engagement.total(d.engagement_delta) as engagement_delta,
    t.is_simulated or d.is_simulated as is_simulated
from publishing.post_targets as t
inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
inner join content.posts_core as core
    on c.organization_id = core.organization_id and c.post_core_id = core.post_core_id
-- Our own posts are scraped like any other post, under an id that the platform gave them.
inner join scraping.post_ids as p
    on t.organization_id = p.organization_id and t.platform = p.platform and t.platform_post_id = p.platform_post_id
inner join engagement.post_days as d on p.organization_id = d.organization_id and p.post_id = d.post_id
inner join scope as s on d.organization_id = s.organization_id and d.activity_date = s.activity_date
where t.state = 'published' and core.product_id is not null
group by d.organization_id, core.product_id, d.platform, d.activity_date, t.is_simulated or d.is_simulated;
