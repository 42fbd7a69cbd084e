-- gap_days is the number of days since the post's previous row, and NULL for its first. One row is a row with another
-- number: an earlier day was added or removed since. Materialize engagement for the previous day again.

select
    e.organization_id,
    e.post_id,
    e.activity_date,
    e.activity_date - coalesce(e.previous_date, b.activity_date) as expected,
    e.gap_days as found
from (
    select
        organization_id,
        post_id,
        activity_date,
        gap_days,
        previous_observed_at,
        lag(activity_date) over days as previous_date,
        lag(last_observed_at) over days as previous_closed_at
    from engagement.post_engagement_daily
    where
        organization_id = any(array(select organization_id from tenancy.organizations))
        and activity_date >= %(window_start)s::date
        and activity_date < %(window_end)s::date
    window days as (partition by organization_id, post_id order by activity_date)
) as e
-- The first row of a post in the window needs the post's last row before the window.
left join lateral (
    select
        earlier.activity_date,
        earlier.last_observed_at
    from engagement.post_engagement_daily as earlier
    where
        e.previous_date is null
        and earlier.organization_id = e.organization_id
        and earlier.post_id = e.post_id
        and earlier.activity_date < %(window_start)s::date
    order by earlier.activity_date desc
    limit 1
) as before on true
-- Of archived days, the last is carried.
left join lateral (
    select
        (max(c.last_observed_at) at time zone 'utc')::date as activity_date,
        max(c.last_observed_at) as last_observed_at
    from engagement.carried_values as c
    where
        e.previous_date is null
        and before.activity_date is null
        and c.organization_id = e.organization_id
        and c.post_id = e.post_id
) as carried on true
cross join lateral (
    select
        coalesce(before.activity_date, carried.activity_date) as activity_date,
        coalesce(before.last_observed_at, carried.last_observed_at) as last_observed_at
) as b
where
    (e.gap_days, e.previous_observed_at)
    is distinct from (
        e.activity_date - coalesce(e.previous_date, b.activity_date), coalesce(e.previous_closed_at, b.last_observed_at)
    )
