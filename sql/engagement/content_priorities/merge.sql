-- Writes the computed inputs: each row of engagement.priority_inputs has the days on which its inputs held. The days of
-- the scope leave the rows that had them and join the computed ones, so any order of days gives the same rows. Reads
-- computed_rows and scope. Returns the numbers of rows: rows_computed, rows_written and rows_removed.

create temporary table computed_inputs on commit drop as
select
    organization_id,
    platform,
    channel_type,
    product_id,
    engagement.priority_inputs_key(
        weights, first_seen_at, last_published_at, engagement_rank, success_rate, null, null
    ) as inputs_key,
    range_agg(daterange(calculated_on, calculated_on + 1)) as days,
    weights,
    first_seen_at,
    last_published_at,
    engagement_rank,
    success_rate
from computed_rows
group by
    organization_id, platform, channel_type, product_id, weights, first_seen_at, last_published_at, engagement_rank,
    success_rate;

analyze computed_inputs (organization_id, platform, channel_type, product_id);

create temporary table changed_inputs on commit drop as
select
    i.organization_id,
    i.platform,
    i.channel_type,
    i.product_id,
    i.inputs_key,
    i.days - w.days + coalesce(c.days, '{}'::datemultirange) as days
from engagement.priority_inputs as i
cross join (
    select range_agg(daterange(calculated_on, calculated_on + 1)) as days
    from scope
) as w
left join computed_inputs as c using (organization_id, platform, channel_type, product_id, inputs_key)
where i.days is distinct from i.days - w.days + coalesce(c.days, '{}'::datemultirange);

with removed as (
    delete from engagement.priority_inputs as i using changed_inputs as c
    where
        (i.organization_id, i.platform, i.channel_type, i.product_id, i.inputs_key)
        = (c.organization_id, c.platform, c.channel_type, c.product_id, c.inputs_key)
        and isempty(c.days)
    returning 1
),

updated as (
    update engagement.priority_inputs as i set days = c.days, updated_at = now()
    from changed_inputs as c
    where
        (i.organization_id, i.platform, i.channel_type, i.product_id, i.inputs_key)
        = (c.organization_id, c.platform, c.channel_type, c.product_id, c.inputs_key)
        and not isempty(c.days)
    returning 1
),

inserted as (
    insert into engagement.priority_inputs (
        organization_id, platform, channel_type, product_id, inputs_key, days, weights, first_seen_at,
        last_published_at, engagement_rank, success_rate
    )
    select
        organization_id,
        platform,
        channel_type,
        product_id,
        inputs_key,
        days,
        weights,
        first_seen_at,
        last_published_at,
        engagement_rank,
        success_rate
    from computed_inputs as c
    where
        not exists (
            select
            from engagement.priority_inputs as i
            where
                (i.organization_id, i.platform, i.channel_type, i.product_id, i.inputs_key)
                = (c.organization_id, c.platform, c.channel_type, c.product_id, c.inputs_key)
        )
    returning 1
)

select
    (select count(*) from computed_rows) as rows_computed,
    (select count(*) from updated) + (select count(*) from inserted) as rows_written,
    (select count(*) from removed) as rows_removed;
