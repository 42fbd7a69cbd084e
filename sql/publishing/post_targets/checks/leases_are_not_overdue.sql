-- No target is leased by a publisher that died. One row is a lease that expired more than ten minutes ago: start the
-- publisher's schedule or run `syndication publish`, which recovers such targets.

select
    t.organization_id,
    t.target_id,
    t.leased_by,
    t.leased_until
from publishing.post_targets as t
where t.state = 'publishing' and t.leased_until < clock_timestamp() - interval '10 minutes'
