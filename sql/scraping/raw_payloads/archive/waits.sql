-- Why the payloads of a month cannot be archived now, at most one row: a rollup that a load of the month may still be
-- needed for. Parameters: organization_id, first_day, end_day (exclusive).

select
    'the rollup ' || min(table_name) || ' still has to compute ' || min(activity_date)
    || ': materialize engagement for any day' as reason
from engagement.stale_days
where
    organization_id = %(organization_id)s
    and activity_date >= %(first_day)s::date
    and activity_date < %(end_day)s::date
having count(*) > 0;
