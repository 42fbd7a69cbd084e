-- One row is one product on one platform and UTC day: the engagement that its published posts gained on the day. Posts
-- of a dry run, which were never sent, have rows of their own, marked as simulated. Parameters: window_start,
-- window_end (dates, the end exclusive). The rollup also recomputes its days in engagement.stale_days. Sums skip
-- unmeasured values, and are NULL if none was measured. A re-run changes nothing.

create temporary table days_to_compute on commit drop as
select
    o.organization_id,
    %(window_start)s::date + d.day_number as activity_date
from tenancy.organizations as o
cross join generate_series(0, %(window_end)s::date - %(window_start)s::date - 1) as d (day_number);

-- Deleting locks the stale days: one that another transaction is writing is waited for, or left to the next run.
with taken_days as (
    delete from engagement.stale_days
    where table_name = 'product_post_performance'
    returning organization_id, activity_date
)

insert into days_to_compute
select
    organization_id,
    activity_date
from taken_days
where activity_date < %(window_start)s::date or activity_date >= %(window_end)s::date;

analyze days_to_compute;

create temporary table computed_rows on commit drop as
select
    e.organization_id,
    core.product_id,
    e.platform,
    e.activity_date,
    count(*)::integer as posts_observed,
    engagement.total(e.reactions_delta) as reactions_delta,
    engagement.total(e.comments_delta) as comments_delta,
    engagement.total(e.shares_delta) as shares_delta,
    engagement.total(e.saves_delta) as saves_delta,
    engagement.total(e.clicks_delta) as clicks_delta,
    engagement.total(e.views_delta) as views_delta,
    engagement.total(e.impressions_delta) as impressions_delta,
    engagement.total(e.engagement_delta) as engagement_delta,
    t.is_simulated
from publishing.post_targets as t
inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
inner join content.posts_core as core
    on c.organization_id = core.organization_id and c.post_core_id = core.post_core_id
-- Our own posts are scraped like any other post, under the id that the platform gave them.
inner join scraping.posts as p
    on t.organization_id = p.organization_id and t.platform = p.platform and t.platform_post_id = p.urn
inner join engagement.post_engagement_daily as e on p.organization_id = e.organization_id and p.post_id = e.post_id
inner join days_to_compute as d on e.organization_id = d.organization_id and e.activity_date = d.activity_date
where t.state = 'published' and core.product_id is not null
group by e.organization_id, core.product_id, e.platform, e.activity_date, t.is_simulated;

analyze computed_rows;

with removed_rows as (
    delete from engagement.product_post_performance as e using days_to_compute as d
    where
        e.organization_id = d.organization_id
        and e.activity_date = d.activity_date
        and not exists (
            select
            from computed_rows as c
            where
                c.organization_id = e.organization_id
                and c.product_id = e.product_id
                and c.platform = e.platform
                and c.activity_date = e.activity_date
                and c.is_simulated = e.is_simulated
        )
    returning e.organization_id
),

written_rows as (
    insert into engagement.product_post_performance as e (
        organization_id, product_id, platform, activity_date, posts_observed, reactions_delta, comments_delta,
        shares_delta, saves_delta, clicks_delta, views_delta, impressions_delta, engagement_delta, is_simulated
    )
    select *
    from computed_rows
    on conflict (organization_id, product_id, platform, activity_date, is_simulated) do update set
        posts_observed = excluded.posts_observed,
        reactions_delta = excluded.reactions_delta,
        comments_delta = excluded.comments_delta,
        shares_delta = excluded.shares_delta,
        saves_delta = excluded.saves_delta,
        clicks_delta = excluded.clicks_delta,
        views_delta = excluded.views_delta,
        impressions_delta = excluded.impressions_delta,
        engagement_delta = excluded.engagement_delta,
        updated_at = now()
    where
        (
            e.posts_observed, e.reactions_delta, e.comments_delta, e.shares_delta, e.saves_delta,
            e.clicks_delta, e.views_delta, e.impressions_delta, e.engagement_delta
        ) is distinct from (
            excluded.posts_observed, excluded.reactions_delta, excluded.comments_delta, excluded.shares_delta,
            excluded.saves_delta, excluded.clicks_delta, excluded.views_delta, excluded.impressions_delta,
            excluded.engagement_delta
        )
    returning e.organization_id
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from written_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed;
