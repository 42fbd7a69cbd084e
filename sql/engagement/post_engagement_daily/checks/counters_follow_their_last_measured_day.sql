-- Each counter counts from the last earlier day that measured it: its gap_days say how long ago that was, and a value
-- whose definition began since has no delta and is marked in redefined_counters. One row is a counter of a post and day
-- that counts from another day, or across definitions: an earlier day or engagement.platform_metrics changed since.
-- Materialize engagement for that day again.

with days as (
    select
        e.*,
        max(engagement.dated(e.activity_date, e.reactions)) over earlier_days as reactions_known,
        max(engagement.dated(e.activity_date, e.comments)) over earlier_days as comments_known,
        max(engagement.dated(e.activity_date, e.shares)) over earlier_days as shares_known,
        max(engagement.dated(e.activity_date, e.saves)) over earlier_days as saves_known,
        max(engagement.dated(e.activity_date, e.clicks)) over earlier_days as clicks_known,
        max(engagement.dated(e.activity_date, e.views)) over earlier_days as views_known,
        max(engagement.dated(e.activity_date, e.impressions)) over earlier_days as impressions_known,
        max(engagement.dated(e.activity_date, e.reach)) over earlier_days as reach_known,
        f.reactions_since,
        f.comments_since,
        f.shares_since,
        f.saves_since,
        f.clicks_since,
        f.views_since,
        f.impressions_since,
        f.reach_since
    from engagement.post_engagement_daily as e
    left join engagement.counter_definitions as f
        on
            e.platform = f.platform
            and e.activity_date >= f.valid_from
            and (e.activity_date < f.valid_to) is not false
    where
        e.organization_id = any(array(select organization_id from tenancy.organizations))
        and e.activity_date >= %(window_start)s::date
        and e.activity_date < %(window_end)s::date
    window earlier_days as (
        partition by e.organization_id, e.post_id
        order by e.activity_date
        rows between unbounded preceding and 1 preceding
    )
),

-- Most rows are right by the window alone. The others are looked at by counter: the first of a post in the window, too.
doubtful_days as (
    select *
    from days
    where
        (
            redefined_counters,
            reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days,
            clicks_gap_days, views_gap_days, impressions_gap_days, reach_gap_days
        )
        is distinct from (
            engagement.measured_counters(
                engagement.redefined(reactions, reactions_known, reactions_since),
                engagement.redefined(comments, comments_known, comments_since),
                engagement.redefined(shares, shares_known, shares_since),
                engagement.redefined(saves, saves_known, saves_since),
                engagement.redefined(clicks, clicks_known, clicks_since),
                engagement.redefined(views, views_known, views_since),
                engagement.redefined(impressions, impressions_known, impressions_since),
                engagement.redefined(reach, reach_known, reach_since)
            ),
            engagement.gap_days(
                reactions, reactions_known, reactions_since, reactions_before is not null, activity_date
            ),
            engagement.gap_days(comments, comments_known, comments_since, comments_before is not null, activity_date),
            engagement.gap_days(shares, shares_known, shares_since, shares_before is not null, activity_date),
            engagement.gap_days(saves, saves_known, saves_since, saves_before is not null, activity_date),
            engagement.gap_days(clicks, clicks_known, clicks_since, clicks_before is not null, activity_date),
            engagement.gap_days(views, views_known, views_since, views_before is not null, activity_date),
            engagement.gap_days(
                impressions, impressions_known, impressions_since, impressions_before is not null, activity_date
            ),
            engagement.gap_days(reach, reach_known, reach_since, reach_before is not null, activity_date)
        )
)

select
    d.organization_id,
    d.post_id,
    d.activity_date,
    c.counter,
    l.measured_on as last_measured_on,
    l.measured_on < c.defined_since as expected_redefined,
    l.is_redefined as found_redefined,
    c.gap_days as found_gap_days
from doubtful_days as d
cross join lateral (
    values
    ('reactions', 1, d.reactions, d.reactions_known, d.reactions_before, d.reactions_gap_days, d.reactions_since),
    ('comments', 2, d.comments, d.comments_known, d.comments_before, d.comments_gap_days, d.comments_since),
    ('shares', 4, d.shares, d.shares_known, d.shares_before, d.shares_gap_days, d.shares_since),
    ('saves', 8, d.saves, d.saves_known, d.saves_before, d.saves_gap_days, d.saves_since),
    ('clicks', 16, d.clicks, d.clicks_known, d.clicks_before, d.clicks_gap_days, d.clicks_since),
    ('views', 32, d.views, d.views_known, d.views_before, d.views_gap_days, d.views_since),
    (
        'impressions', 64,
        d.impressions, d.impressions_known, d.impressions_before, d.impressions_gap_days, d.impressions_since
    ),
    ('reach', 128, d.reach, d.reach_known, d.reach_before, d.reach_gap_days, d.reach_since)
) as c (counter, counter_bit, value, known, value_before, gap_days, defined_since)
-- The first measured row of a counter in the window needs the last one before the window.
left join lateral (
    select e.activity_date as measured_on
    from engagement.post_engagement_daily as e
    where
        c.value is not null
        and c.known is null
        and e.organization_id = d.organization_id
        and e.post_id = d.post_id
        and e.activity_date < %(window_start)s::date
        and e.measured_counters & c.counter_bit > 0
    order by e.activity_date desc
    limit 1
) as before on true
-- Of archived days, the last is carried.
left join lateral (
    select
        engagement.day_of(
            max(
                case c.counter
                    when 'reactions' then v.reactions when 'comments' then v.comments when 'shares' then v.shares
                    when 'saves' then v.saves when 'clicks' then v.clicks when 'views' then v.views
                    when 'impressions' then v.impressions when 'reach' then v.reach
                end
            )
        ) as measured_on
    from engagement.carried_values as v
    where
        c.value is not null
        and c.known is null
        and before.measured_on is null
        and v.organization_id = d.organization_id
        and v.post_id = d.post_id
) as carried on true
cross join lateral (select coalesce(before.measured_on, carried.measured_on) as measured_on) as b
cross join lateral (
    select
        coalesce(engagement.day_of(c.known), b.measured_on) as measured_on,
        d.redefined_counters & c.counter_bit > 0 as is_redefined
) as l
where
    (c.value is null and (c.gap_days is not null or l.is_redefined))
    or (
        c.value is not null
        and (
            l.is_redefined <> coalesce(l.measured_on < c.defined_since, false)
            or c.gap_days is distinct from case
                when l.measured_on is null then case when c.value_before is not null then 0 end
                when (l.measured_on < c.defined_since) is not true then d.activity_date - l.measured_on
            end
        )
    )
