-- What a run replaces: the existing rows of the window, and all rows of the posts marked needs_rebuild, whose mark is
-- cleared; without days whose snapshots or rows are archived. Parameters: window_start, window_end (dates, the end
-- exclusive).

create temporary table posts_to_rebuild (organization_id text not null, post_id text not null) on commit drop;

-- A post that a load has locked keeps its mark for the next run: waiting for the lock could deadlock.
with marked_posts as (
    select
        organization_id,
        post_id
    from scraping.posts
    where needs_rebuild
    for update skip locked
),

unmarked_posts as (
    update scraping.posts as p set needs_rebuild = false
    from marked_posts as m
    where p.organization_id = m.organization_id and p.post_id = m.post_id
    returning p.organization_id, p.post_id
)

insert into posts_to_rebuild (organization_id, post_id)
select
    organization_id,
    post_id
from unmarked_posts;

analyze posts_to_rebuild;

-- One row is one month whose snapshots are archived. While its rows are there (`is_kept`), they are what is known of
-- the month; once they are archived, too, what they carry is.
create temporary table closed_months on commit drop as
select
    organization_id,
    first_day,
    end_day,
    min(begins_at) as begins_at,
    max(ends_at) as ends_at,
    bool_and(table_name <> 'engagement.post_engagement_daily' or state = 'written') as is_kept
from operations.closed_months
where table_name in ('scraping.snapshots', 'engagement.post_engagement_daily')
group by organization_id, first_day, end_day;

analyze closed_months;

-- Joined by organization, because the index on days begins with it.
create temporary table scope on commit drop as
select
    e.organization_id,
    e.post_id,
    e.activity_date,
    e.measured_counters
from tenancy.organizations as o
inner join engagement.post_engagement_daily as e on o.organization_id = e.organization_id
where
    e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and not exists (
        select
        from closed_months as m
        where
            m.organization_id = e.organization_id
            and e.activity_date >= m.first_day
            and e.activity_date < m.end_day
    )
union all
select
    e.organization_id,
    e.post_id,
    e.activity_date,
    e.measured_counters
from posts_to_rebuild as r
inner join engagement.post_engagement_daily as e on r.organization_id = e.organization_id and r.post_id = e.post_id
where
    (e.activity_date < %(window_start)s::date or e.activity_date >= %(window_end)s::date)
    and not exists (
        select
        from closed_months as m
        where
            m.organization_id = e.organization_id
            and e.activity_date >= m.first_day
            and e.activity_date < m.end_day
    );
