-- Unschedules the targets of real accounts whose slot passed too long ago, so that an outage or a backfill of past days
-- does not flood a page. Simulations are exempt: they may run in the past. Parameters: now, maximum_delay (an
-- interval). A re-run finds nothing to do.

update publishing.post_targets as t
set
    state = 'ready',
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = format(
        'It missed its slot of %%s by more than %%s hours and was not sent. Send it now with `syndication targets'
        ' retry %%s`, or drop it with `syndication targets cancel %%s`.',
        to_char(t.scheduled_at at time zone 'utc', 'YYYY-MM-DD HH24:MI UTC'),
        extract(epoch from %(maximum_delay)s::interval)::bigint / 3600,
        t.target_id,
        t.target_id
    )
from channels.social_accounts as a
where
    t.organization_id = a.organization_id
    and t.account_id = a.account_id
    and t.state = 'scheduled'
    and a.publisher <> 'dry_run'
    and greatest(t.scheduled_at, t.next_attempt_at) < %(now)s::timestamptz - %(maximum_delay)s::interval
