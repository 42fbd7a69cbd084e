-- The deltas of a post add up: what was known before these days and all of their deltas make the last closing. Without
-- anything known before, the count begins at 0, or at the first closing where growth before we watched is left out (no
-- delta). One row is a counter of a post where they do not, or where a closing has no delta. Materialize its days
-- again.

-- The least and the greatest pair of day and closing are the first and the last row of a counter.
with counters as (
    select
        e.organization_id,
        e.post_id,
        c.counter,
        count(c.closing) as closings,
        count(c.delta) as deltas,
        coalesce(engagement.total(c.delta), 0) as delta_sum,
        min(engagement.dated(e.activity_date, c.closing)) as opening,
        -- The same, of the rows with a delta: where it is another, the first row has none.
        min(engagement.dated(e.activity_date, c.closing)) filter (where c.delta is not null) as opening_with_delta,
        max(engagement.dated(e.activity_date, c.closing)) as ending
    from engagement.post_engagement_daily as e
    cross join lateral (
        values
        ('reactions', e.reactions, e.reactions_delta),
        ('comments', e.comments, e.comments_delta),
        ('shares', e.shares, e.shares_delta),
        ('saves', e.saves, e.saves_delta),
        ('clicks', e.clicks, e.clicks_delta),
        ('views', e.views, e.views_delta),
        ('impressions', e.impressions, e.impressions_delta),
        ('reach', e.reach, e.reach_delta)
    ) as c (counter, closing, delta)
    where
        e.organization_id = any(array(select organization_id from tenancy.organizations))
        and e.activity_date >= %(window_start)s::date
        and e.activity_date < %(window_end)s::date
        and num_nonnulls(c.closing, c.delta) > 0
    group by e.organization_id, e.post_id, c.counter
),

expected_counters as (
    select
        c.organization_id,
        c.post_id,
        c.counter,
        engagement.undated(c.ending)
        - coalesce(known.closing, case when c.is_opened_without_delta then engagement.undated(c.opening) else 0 end)
            as expected,
        c.delta_sum as found,
        c.closings - (known.closing is null and c.is_opened_without_delta)::integer as expected_deltas,
        c.deltas as found_deltas
    from (
        select
            *,
            coalesce(opening <> opening_with_delta, true) as is_opened_without_delta
        from counters
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
