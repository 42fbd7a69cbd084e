-- Deletes one batch of deliveries that are older than what is kept, except those that are pending, or of alerts that
-- are open, which must not be told again. Parameters: organization_id, keeps_from (a date), batch.

delete from operations.alert_deliveries
where
    (organization_id, delivery_id) in (
        select
            d.organization_id,
            d.delivery_id
        from operations.alert_deliveries as d
        left join operations.alerts as a on d.organization_id = a.organization_id and d.alert_id = a.alert_id
        where
            d.organization_id = %(organization_id)s
            and d.event_at < %(keeps_from)s::date::timestamp at time zone 'utc'
            and d.state <> 'pending'
            and (a.alert_id is null or a.closed_at is not null)
        limit %(batch)s
    );
