-- One row is one product on one channel with a schedule, and one day: how much the product deserves the channel's next
-- post, given what was known at the end of the day. Posts about any variant on a product's page count for it. The score
-- is the weighted mean of the factors of engagement.priority_factors; a factor that is unknown for a product does not
-- count. What was simulated counts for sample organizations only, what was sent and measured for all others. What it
-- follows from is stored, in engagement.priority_inputs, with the days on which it stayed the same; the view has the
-- score and the factors of each day. Parameters: window_start, window_end (dates, the end exclusive). A re-run changes
-- nothing.

with products_to_rank as materialized (
    select
        p.organization_id,
        p.product_id,
        catalogue.page_of(p.product_id, p.product_url) as page,
        channel.platform,
        channel.channel_type,
        day.calculated_on,
        ((day.calculated_on + 1)::timestamp at time zone 'utc') as known_until,
        p.first_seen_at,
        channel.is_sample
    from (
        select distinct
            s.organization_id,
            s.platform,
            s.channel_type,
            coalesce((o.settings ->> 'is_sample')::boolean, false) as is_sample
        from publishing.publishing_schedules as s
        inner join tenancy.organizations as o on s.organization_id = o.organization_id
        where s.is_active
    ) as channel
    inner join catalogue.products as p on channel.organization_id = p.organization_id
    cross join scope as day
    where
        p.first_seen_at < (day.calculated_on + 1)::timestamp at time zone 'utc'
        -- Whether the catalogue listed the product at the end of the day: it may have changed since.
        and coalesce(
            (
                select c.is_listed
                from catalogue.product_observations as c
                where
                    c.organization_id = p.organization_id
                    and c.product_id = p.product_id
                    and c.observed_at < (day.calculated_on + 1)::timestamp at time zone 'utc'
                order by c.observed_at desc
                limit 1
            ),
            p.deactivated_at >= (day.calculated_on + 1)::timestamp at time zone 'utc',
            true
        )
),

ended_targets as materialized (
    select
        t.organization_id,
        catalogue.page_of(p.product_id, p.product_url) as page,
        t.platform,
        t.channel_type,
        coalesce(t.published_at, last_attempt.finished_at) as ended_at,
        t.published_at,
        t.is_simulated
    from publishing.post_targets as t
    left join (
        select
            organization_id,
            target_id,
            max(finished_at) as finished_at
        from publishing.publish_attempts
        group by organization_id, target_id
    ) as last_attempt on t.organization_id = last_attempt.organization_id and t.target_id = last_attempt.target_id
    inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
    inner join content.posts_core as core
        on c.organization_id = core.organization_id and c.post_core_id = core.post_core_id
    inner join catalogue.products as p
        on core.organization_id = p.organization_id and core.product_id = p.product_id
    where t.state in ('published', 'failed')
),

-- What had happened to the targets of a product by the end of the day.
earlier_targets as (
    select
        r.organization_id,
        r.product_id,
        r.platform,
        r.channel_type,
        r.calculated_on,
        max(t.published_at) as last_published_at,
        count(t.published_at) as published,
        count(*) as ended
    from products_to_rank as r
    inner join ended_targets as t
        on
            r.organization_id = t.organization_id
            and r.page = t.page
            and r.platform = t.platform
            and r.channel_type = t.channel_type
            and r.known_until > t.ended_at
            and r.is_sample = t.is_simulated
    group by r.organization_id, r.product_id, r.platform, r.channel_type, r.calculated_on
),

performance_of_pages as (
    select
        e.organization_id,
        catalogue.page_of(p.product_id, p.product_url) as page,
        e.platform,
        e.activity_date,
        e.engagement_delta,
        e.is_simulated
    from engagement.product_post_performance as e
    inner join catalogue.products as p on e.organization_id = p.organization_id and e.product_id = p.product_id
),

-- The engagement of the posts about a page so far; older engagement counts less.
faded_engagement as (
    select
        r.organization_id,
        r.page,
        r.platform,
        r.calculated_on,
        sum(
            e.engagement_delta
            * power(0.5, (r.calculated_on - e.activity_date) * 86400 / extract(epoch from f.half_life))
        ) as engagement
    from (
        select distinct organization_id, page, platform, calculated_on, is_sample
        from products_to_rank
    ) as r
    inner join performance_of_pages as e
        on
            r.organization_id = e.organization_id
            and r.page = e.page
            and r.platform = e.platform
            and r.calculated_on >= e.activity_date
            and r.is_sample = e.is_simulated
    inner join engagement.priority_factors as f on f.factor_name = 'engagement'
    where e.engagement_delta is not null
    group by r.organization_id, r.page, r.platform, r.calculated_on
),

-- A rank from 0 to 1 (the best), because a few posts bring most of the engagement.
ranked_engagement as (
    select
        organization_id,
        page,
        platform,
        calculated_on,
        cume_dist() over (partition by organization_id, platform, calculated_on order by engagement) as engagement_rank
    from faded_engagement
)

select
    r.organization_id,
    r.product_id,
    r.platform,
    r.channel_type,
    r.calculated_on,
    w.weights,
    r.first_seen_at,
    t.last_published_at,
    e.engagement_rank::numeric as engagement_rank,
    t.published::numeric / nullif(t.ended, 0) as success_rate
from products_to_rank as r
cross join (
    select
        jsonb_object_agg(
            factor_name,
            jsonb_build_object('weight', factor_weight, 'half_life', extract(epoch from half_life))
        ) as weights
    from engagement.priority_factors
    where is_active and factor_weight > 0
    having count(*) > 0
) as w
left join earlier_targets as t
    on
        r.organization_id = t.organization_id
        and r.product_id = t.product_id
        and r.platform = t.platform
        and r.channel_type = t.channel_type
        and r.calculated_on = t.calculated_on
left join ranked_engagement as e
    on
        r.organization_id = e.organization_id
        and r.page = e.page
        and r.platform = e.platform
        and r.calculated_on = e.calculated_on;
