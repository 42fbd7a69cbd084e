-- Every post observed on a day has a row for that day. One row is a post and a day without a row: the day's totals lack
-- it. Materialize engagement for that day again.

select
    d.organization_id,
    d.post_id,
    d.activity_date,
    count(*) as observations
from (
    select
        organization_id,
        post_id,
        (downloaded_at at time zone 'utc')::date as activity_date
    from scraping.data_downloads
    where
        downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
        and downloaded_at < %(window_end)s::timestamp at time zone 'utc'
) as d
where
    not exists (
        select
        from engagement.post_engagement_daily as e
        where
            e.organization_id = d.organization_id
            and e.post_id = d.post_id
            and e.activity_date = d.activity_date
    )
    -- Archived rows are in their file.
    and not exists (
        select
        from operations.closed_months as m
        where
            m.organization_id = d.organization_id
            and m.table_name = 'engagement.post_engagement_daily'
            and d.activity_date >= m.first_day
            and d.activity_date < m.end_day
    )
group by d.organization_id, d.post_id, d.activity_date
