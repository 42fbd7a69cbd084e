-- A post waits for a person's decision. One row is an account with failed, unresolved or unplaced targets; value is
-- their number. Parameter: threshold (targets).

select
    t.organization_id,
    t.account_id as subject,
    min(t.updated_at) as since,
    count(*) as value,
    format(
        '%%s posts of %%s wait for a person, the newest: %%s `syndication targets list` shows them.',
        count(*),
        a.display_name,
        coalesce((array_agg(t.error_message order by t.updated_at desc, t.target_id asc))[1], 'no slot was free.')
    ) as message
from publishing.post_targets as t
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
where
    t.state in ('failed', 'ready', 'needs_reconcile')
    or (
        t.state = 'draft'
        and t.error_message is not null
        and publishing.is_approved(t.organization_id, t.content_id, t.content_hash)
    )
group by t.organization_id, t.account_id, a.display_name
having count(*) >= %(threshold)s
