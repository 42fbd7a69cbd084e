-- No target is unresolved. One row is a target that may or may not be published: `syndication publish` looks it up on
-- the platform. If the lookup cannot decide, check the account and run the command.

select
    t.organization_id,
    t.target_id,
    t.error_message,
    format('syndication targets resolve %%s --published ID, or --not-published', t.target_id) as command
from publishing.post_targets as t
where t.state = 'needs_reconcile'
