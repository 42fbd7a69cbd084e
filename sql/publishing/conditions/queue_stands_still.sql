-- Due posts are not sent. One row is an active account whose oldest due target is overdue by at least as many minutes
-- as the threshold; value is that delay. Accounts whose platform asked to wait are left out, and so are paused and
-- sample organizations, and posts of processes that do not run by schedules. The message says what ends it: after a
-- restore, a person's release. Parameter: threshold.

select
    t.organization_id,
    t.account_id as subject,
    min(coalesce(t.next_attempt_at, t.scheduled_at)) as since,
    round(extract(epoch from now() - min(coalesce(t.next_attempt_at, t.scheduled_at))) / 60) as value,
    format(
        '%%s due posts of %%s are not sent, the oldest since %%s UTC. %%s',
        count(*),
        a.display_name,
        to_char(min(coalesce(t.next_attempt_at, t.scheduled_at)) at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
        case
            when home.is_moved
                then
                    'The database was restored or moved since it sent its last post, so nothing is sent. Look at the '
                    'accounts, cancel the targets that would repeat their posts (`syndication targets list --state '
                    'scheduled`), then run `syndication targets release`.'
            when
                exists (
                    select
                    from publishing.lost_calls as lost
                    where
                        lost.organization_id = t.organization_id
                        and lost.account_id = t.account_id
                        and lost.target_id is null
                        and lost.released_at is null
                )
                then
                    'The account was called before a restore, by calls that this database does not know. Look at the '
                    'account, cancel the targets that would repeat its posts, then run `syndication targets release`.'
            else
                'Check that publish_schedule is on and look at its last run, or run `syndication publish`.'
        end
    ) as message
from publishing.post_targets as t
inner join tenancy.organizations as o on t.organization_id = o.organization_id
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
inner join content.posts_core as p on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
left join channels.platform_limits as l on t.organization_id = l.organization_id and t.account_id = l.account_id
-- As sending_holds.py compares them.
cross join (
    select count(*) > 0 as is_moved
    from publishing.home_server
    where
        identity <> (select system_identifier::text from pg_control_system())
        || '/' || (select timeline_id from pg_control_checkpoint())
        || '/' || (select oid from pg_database where datname = current_database())
) as home
where
    t.state = 'scheduled'
    and o.is_active
    and not coalesce(o.settings @> '{"is_sample": true}', false)
    and a.status = 'active'
    and publishing.is_process_active(t.platform, t.channel_type, p.post_kind::text)
    and (l.blocked_until is null or l.blocked_until <= now())
    and coalesce(t.next_attempt_at, t.scheduled_at) <= now() - make_interval(secs => %(threshold)s::float8 * 60)
group by t.organization_id, t.account_id, a.display_name, home.is_moved
