-- No target waits for a person to decide. One row is one that failed, has no free slot or missed it: read why, mend it
-- and retry it, or cancel it; or one whose text is not true any more: write it anew.

select
    t.organization_id,
    t.target_id,
    t.state::text as state,
    coalesce(t.error_message, 'No slot was free within 30 days: add a schedule, then retry or plan its day again.')
        as error_message,
    case
        when t.state = 'draft'
            then format('syndication review edit %%s, or syndication targets cancel %%s', t.content_id, t.target_id)
        else format('syndication targets retry %%s, or cancel', t.target_id)
    end as command
from publishing.post_targets as t
where
    t.state in ('failed', 'ready')
    or (
        t.state = 'draft'
        and t.error_message is not null
        and publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
    )
