-- The posts to compute, at all ages: those with an observation in the window, now or when their rows were computed, and
-- those observed on a day that engagement.stale_days holds for this table.
create temporary table scope on commit drop as
with stale_days as (
    -- Deleting locks the stale days: one that another transaction is writing is waited for, or left to the next run.
    delete from engagement.stale_days
    where table_name = 'post_cohorts'
    returning organization_id, activity_date
)

select
    organization_id,
    post_id
from scraping.data_downloads
where
    downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
    and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
union
select
    organization_id,
    post_id
from engagement.post_cohorts
where
    observed_at >= %(window_start)s::timestamp at time zone 'utc'
    and observed_at < %(window_end)s::timestamp at time zone 'utc'
union
select
    d.organization_id,
    d.post_id
from stale_days as s
inner join scraping.data_downloads as d
    on
        s.organization_id = d.organization_id
        and d.downloaded_at >= s.activity_date::timestamp at time zone 'utc'
        and d.downloaded_at < (s.activity_date + 1)::timestamp at time zone 'utc';
