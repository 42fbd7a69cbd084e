-- Why the daily rows of a month cannot be archived now, at most one row: its snapshots could still change them.
-- Parameters: organization_id, first_day, end_day (exclusive).

select reason
from (
    select
        1 as place,
        'the rollup ' || min(table_name) || ' still has to compute ' || min(activity_date)
        || ': materialize engagement for any day' as reason
    from engagement.stale_days
    where
        organization_id = %(organization_id)s
        and activity_date >= %(first_day)s::date
        and activity_date < %(end_day)s::date
    having count(*) > 0
    union all
    select
        2,
        'scraping.snapshots of the month are not archived yet'
    from scraping.snapshots as s
    where
        s.organization_id = %(organization_id)s
        and s.downloaded_at >= %(first_day)s::date::timestamp at time zone 'utc'
        and s.downloaded_at < %(end_day)s::date::timestamp at time zone 'utc'
        and not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = s.organization_id
                and m.table_name = 'scraping.snapshots'
                and m.first_day = %(first_day)s::date
        )
    having count(*) > 0
) as reasons
order by place
limit 1;
