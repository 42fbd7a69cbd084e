-- Why the deliveries of a month cannot be archived now, at most one row: some are still to be made, or are of alerts
-- that are open, which must not be told again. Parameters: organization_id, first_day, end_day (exclusive).

select count(*) || ' deliveries are pending, or of alerts that are open' as reason
from operations.alert_deliveries as d
left join operations.alerts as a on d.organization_id = a.organization_id and d.alert_id = a.alert_id
where
    d.organization_id = %(organization_id)s
    and d.event_at >= %(first_day)s::date::timestamp at time zone 'utc'
    and d.event_at < %(end_day)s::date::timestamp at time zone 'utc'
    and (d.state = 'pending' or (a.alert_id is not null and a.closed_at is null))
having count(*) > 0;
