-- One row is one product on one channel with a schedule, and one day: how much the product deserves the channel's next
-- post, given what was known at the end of the day. The score is the weighted mean of the factors of
-- engagement.priority_factors; a factor that is unknown for a product does not count. Simulated engagement counts for
-- sample organizations only, measured engagement for all others.
-- Parameters: window_start, window_end (dates, the end exclusive). A re-run changes nothing.

create temporary table products_to_rank on commit drop as
select
    p.organization_id,
    p.product_id,
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
cross join lateral (
    select %(window_start)s::date + d.day_number as calculated_on
    from generate_series(0, %(window_end)s::date - %(window_start)s::date - 1) as d (day_number)
) as day
where
    p.first_seen_at < (day.calculated_on + 1)::timestamp at time zone 'utc'
    -- Whether the catalogue listed the product at the end of the day: it may have changed since.
    and coalesce(
        (
            select c.is_listed
            from catalogue.product_changes as c
            where
                c.organization_id = p.organization_id
                and c.product_id = p.product_id
                and c.observed_at < (day.calculated_on + 1)::timestamp at time zone 'utc'
            order by c.observed_at desc
            limit 1
        ),
        p.deactivated_at >= (day.calculated_on + 1)::timestamp at time zone 'utc',
        true
    );

analyze products_to_rank;

create temporary table posted_products on commit drop as
select
    t.organization_id,
    core.product_id,
    t.platform,
    t.channel_type,
    coalesce(t.published_at, last_attempt.finished_at) as ended_at,
    t.published_at
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
where core.product_id is not null and t.state in ('published', 'failed');

analyze posted_products;

create temporary table factor_values on commit drop as
select
    r.organization_id,
    r.product_id,
    r.platform,
    r.channel_type,
    r.calculated_on,
    f.factor_name,
    f.factor_weight,
    case f.factor_name
        when 'recency'
            then
                coalesce(
                    1 - power(
                        0.5,
                        extract(epoch from r.known_until - posted.last_published_at) / extract(epoch from f.half_life)
                    ),
                    1
                )
        when 'engagement' then faded.engagement_rank::numeric
        when 'success_rate' then posted.published::numeric / nullif(posted.ended, 0)
        when 'freshness'
            then power(0.5, extract(epoch from r.known_until - r.first_seen_at) / extract(epoch from f.half_life))
    end as factor_value
from products_to_rank as r
cross join engagement.priority_factors as f
left join (
    select
        of_day.organization_id,
        of_day.product_id,
        of_day.platform,
        of_day.channel_type,
        of_day.calculated_on,
        max(p.published_at) as last_published_at,
        count(p.published_at) as published,
        count(*) as ended
    from products_to_rank as of_day
    inner join posted_products as p
        on
            of_day.organization_id = p.organization_id
            and of_day.product_id = p.product_id
            and of_day.platform = p.platform
            and of_day.channel_type = p.channel_type
            and of_day.known_until > p.ended_at
    group by of_day.organization_id, of_day.product_id, of_day.platform, of_day.channel_type, of_day.calculated_on
) as posted
    on
        r.organization_id = posted.organization_id
        and r.product_id = posted.product_id
        and r.platform = posted.platform
        and r.channel_type = posted.channel_type
        and r.calculated_on = posted.calculated_on
left join (
    -- A rank from 0 to 1 (the best), because a few posts bring most of the engagement.
    select
        organization_id,
        product_id,
        platform,
        calculated_on,
        cume_dist() over (
            partition by organization_id, platform, calculated_on
            order by faded_engagement
        ) as engagement_rank
    from (
        select
            measured.organization_id,
            measured.product_id,
            measured.platform,
            measured.calculated_on,
            sum(
                e.engagement_delta
                * power(0.5, (measured.calculated_on - e.activity_date) * 86400 / extract(epoch from fading.half_life))
            ) as faded_engagement
        from (
            select distinct organization_id, product_id, platform, calculated_on, is_sample
            from products_to_rank
        ) as measured
        inner join engagement.product_post_performance as e
            on
                measured.organization_id = e.organization_id
                and measured.product_id = e.product_id
                and measured.platform = e.platform
                and measured.calculated_on >= e.activity_date
                and measured.is_sample = e.is_simulated
        inner join engagement.priority_factors as fading on fading.factor_name = 'engagement'
        where e.engagement_delta is not null
        group by measured.organization_id, measured.product_id, measured.platform, measured.calculated_on
    ) as summed
) as faded
    on
        r.organization_id = faded.organization_id
        and r.product_id = faded.product_id
        and r.platform = faded.platform
        and r.calculated_on = faded.calculated_on
where f.is_active and f.factor_weight > 0;

create temporary table computed_rows on commit drop as
select
    organization_id,
    product_id,
    platform,
    channel_type,
    calculated_on,
    round(
        coalesce(
            sum(factor_weight * factor_value) / nullif(sum(factor_weight) filter (where factor_value is not null), 0), 0
        ), 6
    ) as score,
    jsonb_object_agg(
        factor_name, jsonb_build_object('weight', factor_weight, 'value', round(factor_value, 6))
    ) as factors
from factor_values
group by organization_id, product_id, platform, channel_type, calculated_on;

-- Without the factors: statistics of JSON cost more than the rest.
analyze computed_rows (organization_id, product_id, platform, channel_type, calculated_on);

with removed_rows as (
    delete from engagement.content_priorities as e
    where
        e.calculated_on >= %(window_start)s::date
        and e.calculated_on < %(window_end)s::date
        and not exists (
            select
            from computed_rows as c
            where
                c.organization_id = e.organization_id
                and c.product_id = e.product_id
                and c.platform = e.platform
                and c.channel_type = e.channel_type
                and c.calculated_on = e.calculated_on
        )
    returning e.organization_id
),

written_rows as (
    insert into engagement.content_priorities as e (
        organization_id, product_id, platform, channel_type, calculated_on, score, factors
    )
    select *
    from computed_rows
    on conflict (organization_id, platform, channel_type, calculated_on, product_id) do update set
        score = excluded.score,
        factors = excluded.factors,
        updated_at = now()
    where (e.score, e.factors) is distinct from (excluded.score, excluded.factors)
    returning e.organization_id
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from written_rows) as rows_written,
    (select count(*) from removed_rows) as rows_removed;
