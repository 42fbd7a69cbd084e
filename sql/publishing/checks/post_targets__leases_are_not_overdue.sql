-- No target is in the hands of a publisher that died. One row is a lease that ended more than ten minutes ago: start
-- the schedule of the publisher, or run `syndication publish`, which takes such targets over.

select
    t.organization_id,
    t.target_id,
    t.claimed_by,
    t.leased_until
from publishing.post_targets as t
where t.state = 'publishing' and t.leased_until < clock_timestamp() - interval '10 minutes'
