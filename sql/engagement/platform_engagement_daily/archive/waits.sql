-- Why the totals of a month cannot be archived now, at most one row: the posts that they sum up could still change.
-- Parameters: organization_id, first_day, end_day (exclusive).

select 'engagement.post_engagement_daily of the month is not archived yet' as reason
from engagement.post_engagement_daily as e
where
    e.organization_id = %(organization_id)s
    and e.activity_date >= %(first_day)s::date
    and e.activity_date < %(end_day)s::date
    and not exists (
        select
        from operations.closed_months as m
        where
            m.organization_id = e.organization_id
            and m.table_name = 'engagement.post_engagement_daily'
            and m.first_day = %(first_day)s::date
    )
limit 1;
