-- No target waits for a person to decide. One row is one that failed, has no free slot or missed it: read why, mend
-- it and retry it, or cancel it.

select
    t.organization_id,
    t.target_id,
    t.state::text as state,
    coalesce(t.error_message, 'No slot was free within 30 days: add a schedule, then retry or plan its day again.')
        as error_message,
    format('syndication targets retry %%s, or cancel', t.target_id) as command
from publishing.post_targets as t
where t.state in ('failed', 'ready')
