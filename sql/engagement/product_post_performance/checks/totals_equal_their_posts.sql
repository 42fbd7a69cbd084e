-- A product's totals of a day are the sums over its published posts of that day. One row is a value that differs from
-- the posts, or a day that only one side has. Materialize engagement/product_post_performance for that day again.

with expected as (
    select
        e.organization_id,
        core.product_id,
        e.platform,
        e.activity_date,
        t.is_simulated or e.is_simulated as is_simulated,
        count(*) as posts_observed,
        engagement.total(e.engagement_delta) as engagement_delta,
        engagement.total(e.impressions_delta) as impressions_delta,
        engagement.total(e.clicks_delta) as clicks_delta
    from engagement.post_engagement_daily as e
    inner join scraping.post_ids as p on e.organization_id = p.organization_id and e.post_id = p.post_id
    inner join publishing.post_targets as t
        on
            p.organization_id = t.organization_id
            and p.platform = t.platform
            and p.platform_post_id = t.platform_post_id
    inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
    inner join content.posts_core as core
        on c.organization_id = core.organization_id and c.post_core_id = core.post_core_id
    where
        e.organization_id = any(array(select o.organization_id from tenancy.organizations as o))
        and e.activity_date >= %(window_start)s::date
        and e.activity_date < %(window_end)s::date
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = e.organization_id
                and m.table_name = 'engagement.post_engagement_daily'
                and e.activity_date >= m.first_day
                and e.activity_date < m.end_day
        )
        and t.state = 'published'
        and core.product_id is not null
    group by e.organization_id, core.product_id, e.platform, e.activity_date, t.is_simulated or e.is_simulated
),

found as (
    select *
    from engagement.product_post_performance as r
    where
        r.activity_date >= %(window_start)s::date
        and r.activity_date < %(window_end)s::date
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = r.organization_id
                and m.table_name = 'engagement.post_engagement_daily'
                and r.activity_date >= m.first_day
                and r.activity_date < m.end_day
        )
)

select
    organization_id,
    product_id,
    platform,
    activity_date,
    is_simulated,
    expected.engagement_delta as expected,
    found.engagement_delta as found
from expected
full outer join found using (organization_id, product_id, platform, activity_date, is_simulated)
where
    (expected.posts_observed, expected.engagement_delta, expected.impressions_delta, expected.clicks_delta)
    is distinct from
    (found.posts_observed, found.engagement_delta, found.impressions_delta, found.clicks_delta)
