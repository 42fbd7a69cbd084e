-- The deltas of a post add up: the last value known before these days plus all of their deltas is the last closing
-- value. Without an earlier value, the count begins at 0, or at the first closing value if growth before we watched is
-- left out (no delta). A value of a new definition has no delta either: from the older value to it, nothing is counted.
-- One row is a counter of a post that does not add up, or a closing value without a delta. Materialize engagement for
-- these days again.

-- The least and the greatest pair of day and closing value are the first and the last row of a counter. All counters of
-- a post are summed in one pass and unnested afterwards: a row for each counter and day would be eight times as many
-- rows.
with counters as (
    select
        organization_id,
        post_id,
        unnest(array[
            'reactions', 'comments', 'shares', 'saves', 'clicks', 'views', 'impressions', 'reach'
        ]) as counter,
        unnest(array[
            count(reactions), count(comments), count(shares), count(saves), count(clicks), count(views),
            count(impressions), count(reach)
        ]) as measured_days,
        unnest(array[
            count(reactions_delta), count(comments_delta), count(shares_delta), count(saves_delta),
            count(clicks_delta), count(views_delta), count(impressions_delta), count(reach_delta)
        ]) as deltas,
        unnest(array[
            engagement.total(reactions_delta), engagement.total(comments_delta), engagement.total(shares_delta),
            engagement.total(saves_delta), engagement.total(clicks_delta), engagement.total(views_delta),
            engagement.total(impressions_delta), engagement.total(reach_delta)
        ]) as delta_sum,
        unnest(array[
            min(engagement.dated(activity_date, reactions)), min(engagement.dated(activity_date, comments)),
            min(engagement.dated(activity_date, shares)), min(engagement.dated(activity_date, saves)),
            min(engagement.dated(activity_date, clicks)), min(engagement.dated(activity_date, views)),
            min(engagement.dated(activity_date, impressions)), min(engagement.dated(activity_date, reach))
        ]) as opening,
        -- The same, of the rows with a delta: if it differs, the first row has no delta.
        unnest(array[
            min(engagement.dated(activity_date, reactions)) filter (where reactions_delta is not null),
            min(engagement.dated(activity_date, comments)) filter (where comments_delta is not null),
            min(engagement.dated(activity_date, shares)) filter (where shares_delta is not null),
            min(engagement.dated(activity_date, saves)) filter (where saves_delta is not null),
            min(engagement.dated(activity_date, clicks)) filter (where clicks_delta is not null),
            min(engagement.dated(activity_date, views)) filter (where views_delta is not null),
            min(engagement.dated(activity_date, impressions)) filter (where impressions_delta is not null),
            min(engagement.dated(activity_date, reach)) filter (where reach_delta is not null)
        ]) as opening_with_delta,
        -- The first values of a new definition, and by how much they differ from the last of the older one.
        unnest(array[
            count(*) filter (where redefined_counters & 1 > 0),
            count(*) filter (where redefined_counters & 2 > 0),
            count(*) filter (where redefined_counters & 4 > 0),
            count(*) filter (where redefined_counters & 8 > 0),
            count(*) filter (where redefined_counters & 16 > 0),
            count(*) filter (where redefined_counters & 32 > 0),
            count(*) filter (where redefined_counters & 64 > 0),
            count(*) filter (where redefined_counters & 128 > 0)
        ]) as redefinitions,
        unnest(array[
            engagement.total(reactions - reactions_before) filter (where redefined_counters & 1 > 0),
            engagement.total(comments - comments_before) filter (where redefined_counters & 2 > 0),
            engagement.total(shares - shares_before) filter (where redefined_counters & 4 > 0),
            engagement.total(saves - saves_before) filter (where redefined_counters & 8 > 0),
            engagement.total(clicks - clicks_before) filter (where redefined_counters & 16 > 0),
            engagement.total(views - views_before) filter (where redefined_counters & 32 > 0),
            engagement.total(impressions - impressions_before) filter (where redefined_counters & 64 > 0),
            engagement.total(reach - reach_before) filter (where redefined_counters & 128 > 0)
        ]) as redefined_by,
        unnest(array[
            max(engagement.dated(activity_date, reactions)), max(engagement.dated(activity_date, comments)),
            max(engagement.dated(activity_date, shares)), max(engagement.dated(activity_date, saves)),
            max(engagement.dated(activity_date, clicks)), max(engagement.dated(activity_date, views)),
            max(engagement.dated(activity_date, impressions)), max(engagement.dated(activity_date, reach))
        ]) as ending
    from engagement.post_engagement_daily
    where
        organization_id = any(array(select organization_id from tenancy.organizations))
        and activity_date >= %(window_start)s::date
        and activity_date < %(window_end)s::date
    group by organization_id, post_id
),

expected_counters as (
    select
        c.organization_id,
        c.post_id,
        c.counter,
        engagement.undated(c.ending)
        - coalesce(
            known.closing_value, case when c.is_opened_without_delta then engagement.undated(c.opening) else 0 end
        )
        - coalesce(c.redefined_by, 0) as expected,
        coalesce(c.delta_sum, 0) as found,
        c.measured_days
        - c.redefinitions
        - (known.closing_value is null and c.is_opened_without_delta)::integer as expected_deltas,
        c.deltas as found_deltas
    from (
        select
            *,
            coalesce(opening <> opening_with_delta, true) as is_opened_without_delta
        from counters
        where measured_days + deltas > 0
    ) as c
    -- An index lookup of the counter's last measured row before the window.
    left join lateral (
        select earlier.closing_value
        from (
            select
                e.activity_date,
                case c.counter
                    when 'reactions' then e.reactions when 'comments' then e.comments when 'shares' then e.shares
                    when 'saves' then e.saves when 'clicks' then e.clicks when 'views' then e.views
                    when 'impressions' then e.impressions when 'reach' then e.reach
                end as closing_value
            from engagement.post_engagement_daily as e
            where
                e.organization_id = c.organization_id
                and e.post_id = c.post_id
                and e.activity_date < %(window_start)s::date
        ) as earlier
        where earlier.closing_value is not null
        order by earlier.activity_date desc
        limit 1
    ) as before on true
    -- Of archived days, the last value is carried.
    left join lateral (
        select
            engagement.undated(
                max(
                    case c.counter
                        when 'reactions' then v.reactions when 'comments' then v.comments when 'shares' then v.shares
                        when 'saves' then v.saves when 'clicks' then v.clicks when 'views' then v.views
                        when 'impressions' then v.impressions when 'reach' then v.reach
                    end
                )
            ) as closing_value
        from engagement.carried_values as v
        where
            before.closing_value is null
            and v.organization_id = c.organization_id
            and v.post_id = c.post_id
    ) as carried on true
    cross join lateral (select coalesce(before.closing_value, carried.closing_value) as closing_value) as known
)

select *
from expected_counters
where found is distinct from expected or found_deltas <> expected_deltas
