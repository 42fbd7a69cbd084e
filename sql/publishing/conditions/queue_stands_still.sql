-- Due posts are not sent. One row is an active account whose oldest due target is overdue by at least as many minutes
-- as the threshold; value is that delay. Accounts whose platform asked to wait are left out, and so are posts of
-- processes that do not run by schedules. Parameter: threshold.

select
    t.organization_id,
    t.account_id as subject,
    min(coalesce(t.next_attempt_at, t.scheduled_at)) as since,
    round(extract(epoch from now() - min(coalesce(t.next_attempt_at, t.scheduled_at))) / 60) as value,
    format(
        '%%s due posts of %%s are not sent, the oldest since %%s UTC. Check that publish_schedule is on and look at '
        'its last run, or run `syndication publish`.',
        count(*),
        a.display_name,
        to_char(min(coalesce(t.next_attempt_at, t.scheduled_at)) at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from publishing.post_targets as t
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
inner join content.posts_core as p on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
left join channels.platform_limits as l on t.organization_id = l.organization_id and t.account_id = l.account_id
where
    t.state = 'scheduled'
    and a.status = 'active'
    and publishing.is_process_active(t.platform, t.channel_type, p.post_kind::text)
    and (l.blocked_until is null or l.blocked_until <= now())
    and coalesce(t.next_attempt_at, t.scheduled_at) <= now() - make_interval(secs => %(threshold)s::float8 * 60)
group by t.organization_id, t.account_id, a.display_name
