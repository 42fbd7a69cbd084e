-- The days outside of the window whose rows changed become stale, so that the rollups that sum them compute them again.
-- Parameters: window_start, window_end (dates, the end exclusive).

insert into engagement.stale_days (organization_id, table_name, activity_date)
with changed_days as (
    select
        c.organization_id,
        c.activity_date
    from computed_rows as c
    cross join lateral (
        select e.updated_at
        from engagement.post_engagement_daily as e
        where
            e.organization_id = c.organization_id
            and e.post_id = c.post_id
            and e.activity_date = c.activity_date
        offset 0 -- an index lookup a row: the planner would scan a small table
    ) as e
    where c.activity_date >= %(window_end)s::date and e.updated_at = now() -- written by this transaction
    union
    -- All days of a rebuilt post, new rows included: the rows of a post that was merged into it were deleted with it.
    select
        d.organization_id,
        d.activity_date
    from posts_to_rebuild as r
    inner join (
        select organization_id, post_id, activity_date from computed_rows
        union all
        select organization_id, post_id, activity_date from scope
    ) as d on r.organization_id = d.organization_id and r.post_id = d.post_id
    where d.activity_date < %(window_start)s::date or d.activity_date >= %(window_end)s::date
)

select
    d.organization_id,
    rollup.table_name,
    d.activity_date
from changed_days as d
cross join (
    values
    ('profile_engagement_daily'), ('platform_engagement_daily'), ('hashtag_engagement_daily'),
    ('product_post_performance')
) as rollup (table_name)
union
-- The cohorts compute every post of a day, so one day per post is enough.
select
    c.organization_id,
    'post_cohorts',
    min(c.activity_date)
from computed_rows as c
inner join posts_to_rebuild as r on c.organization_id = r.organization_id and c.post_id = r.post_id
group by c.organization_id, c.post_id
on conflict (organization_id, table_name, activity_date) do update set
    activity_date = excluded.activity_date; -- locks the row: the rollup that takes it waits for this transaction
