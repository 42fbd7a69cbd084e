-- It is known of every target whether it is published. One row is one of which nobody knows: `syndication publish`
-- looks it up where it can; else look at the account and run the command.

select
    t.organization_id,
    t.target_id,
    t.error_message,
    format('syndication targets resolve %%s --published ID, or --not-published', t.target_id) as command
from publishing.post_targets as t
where t.state = 'needs_reconcile'
