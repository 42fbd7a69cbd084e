-- A webhook accepts nothing. One row is a webhook whose pending events have failed at least as often as the threshold;
-- value is the highest number of failed attempts. Parameter: threshold.

select
    d.organization_id,
    w.webhook_name as subject,
    min(d.created_at) as since,
    max(d.attempts) as value,
    format(
        '%%s events wait for the webhook %%s: %%s Test it with `syndication webhook test %%s`.',
        count(*), w.webhook_name, (array_agg(d.error_message order by d.attempts desc, d.event_id asc))[1],
        w.webhook_name
    ) as message
from operations.webhook_deliveries as d
inner join operations.webhooks as w on d.organization_id = w.organization_id and d.webhook_id = w.webhook_id
where d.state = 'pending' and d.attempts > 0 and w.is_active
group by d.organization_id, w.webhook_id, w.webhook_name
having max(d.attempts) >= %(threshold)s
