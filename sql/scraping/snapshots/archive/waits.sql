-- Why the snapshots of a month cannot be archived now, at most one row: rollups that still need them. Parameters:
-- organization_id, first_day, end_day (exclusive).

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
        'rollups of ' || count(*) || ' posts have to be rebuilt: materialize engagement for any day'
    from scraping.post_records
    where organization_id = %(organization_id)s and needs_rebuild
    having count(*) > 0
    union all
    select
        3,
        'no rollup has computed ' || min((s.downloaded_at at time zone 'utc')::date)
        || ': materialize engagement for the month'
    from scraping.snapshots as s
    where
        s.organization_id = %(organization_id)s
        and s.downloaded_at >= %(first_day)s::date::timestamp at time zone 'utc'
        and s.downloaded_at < %(end_day)s::date::timestamp at time zone 'utc'
        and not exists (
            select
            from engagement.post_engagement_daily as e
            where
                e.organization_id = s.organization_id
                and e.post_id = s.post_id
                and e.activity_date = (s.downloaded_at at time zone 'utc')::date
        )
    having count(*) > 0
) as reasons
order by place
limit 1;
