-- No target waits for a person. One row is a target that failed, has no slot, missed its slot or is contradicted by the
-- catalogue: read its error_message, then fix the cause and retry it, edit its text, or cancel it.

select
    t.organization_id,
    t.target_id,
    t.state::text as state,
    coalesce(t.error_message, 'No slot was free within 30 days: add a schedule and plan its day again, or retry it.')
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
