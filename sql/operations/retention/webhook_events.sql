-- Deletes one batch of events of webhooks that are older than what is kept, with their deliveries, except those of
-- which a webhook is still to be told. Parameters: organization_id, keeps_from (a date), batch.

delete from operations.webhook_events
where
    (organization_id, event_id) in (
        select
            e.organization_id,
            e.event_id
        from operations.webhook_events as e
        where
            e.organization_id = %(organization_id)s
            and e.occurred_at < %(keeps_from)s::date::timestamp at time zone 'utc'
            and not exists (
                select
                from operations.webhook_deliveries as d
                where
                    d.organization_id = e.organization_id
                    and d.event_id = e.event_id
                    and d.state = 'pending'
            )
        limit %(batch)s
    );
