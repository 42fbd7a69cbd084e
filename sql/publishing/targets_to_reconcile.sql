-- One row is one target with an unresolved call, the call that was made longest ago first, with what its lookup needs:
-- the publisher that made the call, the time of the call, the account and the text. Accounts in back-off are left out.
-- Parameters: publishers (names), maximum.

select
    t.organization_id,
    t.target_id,
    t.attempts,
    t.account_id,
    t.platform,
    t.channel_type,
    attempt.publisher,
    attempt.started_at as sent_at,
    a.remote_account_id,
    a.credential_id,
    c.text_content,
    c.link_url,
    c.image_url,
    c.alt_text,
    c.language,
    a.server_url,
    (
        select min(e.started_at)
        from publishing.publish_attempts as e
        where e.organization_id = t.organization_id and e.target_id = t.target_id
    ) as first_called_at
from publishing.post_targets as t
inner join publishing.publish_attempts as attempt
    on
        t.organization_id = attempt.organization_id
        and t.target_id = attempt.target_id
        and t.attempts = attempt.attempt_number
inner join channels.social_accounts as a
    on t.organization_id = a.organization_id and t.account_id = a.account_id
inner join content.posts_content as c
    on t.organization_id = c.organization_id and t.content_id = c.content_id
left join channels.platform_limits as l
    on t.organization_id = l.organization_id and t.account_id = l.account_id
where
    t.state = 'needs_reconcile'
    and attempt.publisher = any(%(publishers)s)
    and a.status = 'active'
    and (l.blocked_until is null or l.blocked_until <= clock_timestamp())
order by attempt.started_at, t.target_id
limit %(maximum)s
