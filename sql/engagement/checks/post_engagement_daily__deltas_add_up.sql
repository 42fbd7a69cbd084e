-- The deltas of a post add up: what was known before these days and all of their deltas make the last closing. Without
-- anything known before, the count begins at 0, or at the first closing where growth before we watched is left out (no
-- delta). One row is a counter of a post where they do not, or where a closing has no delta. Materialize its days
-- again.

-- The least and the greatest pair of day and closing are the first and the last row of a counter. All counters of a
-- post are summed at once, and become rows after that: a row for each counter of each day would be eight times as many.
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
        ]) as closings,
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
        -- The same, of the rows with a delta: where it is another, the first row has none.
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
        - coalesce(known.closing, case when c.is_opened_without_delta then engagement.undated(c.opening) else 0 end)
            as expected,
        coalesce(c.delta_sum, 0) as found,
        c.closings - (known.closing is null and c.is_opened_without_delta)::integer as expected_deltas,
        c.deltas as found_deltas
    from (
        select
            *,
            coalesce(opening <> opening_with_delta, true) as is_opened_without_delta
        from counters
        where closings + deltas > 0
    ) as c
    -- An index lookup of the counter's last row before the window in which it was measured.
    left join lateral (
        select earlier.closing
        from (
            select
                e.activity_date,
                case c.counter
                    when 'reactions' then e.reactions when 'comments' then e.comments when 'shares' then e.shares
                    when 'saves' then e.saves when 'clicks' then e.clicks when 'views' then e.views
                    when 'impressions' then e.impressions when 'reach' then e.reach
                end as closing
            from engagement.post_engagement_daily as e
            where
                e.organization_id = c.organization_id
                and e.post_id = c.post_id
                and e.activity_date < %(window_start)s::date
        ) as earlier
        where earlier.closing is not null
        order by earlier.activity_date desc
        limit 1
    ) as known on true
)

select *
from expected_counters
where found is distinct from expected or found_deltas <> expected_deltas
