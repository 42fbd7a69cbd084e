-- Decides about the targets of real accounts whose slot passed too long ago, for example in an outage or a backfill of
-- past days, by the channel's rule late_slot: `send` leaves them due, `skip` cancels them, `ask` (also without a rule)
-- unschedules them for a person. Simulations are exempt: they may run in the past. Parameter: now. A re-run
-- finds nothing to do.

with delays as materialized (
    select
        organization_id,
        tenancy.setting('publishing.maximum_delay_hours', organization_id)::integer as maximum_hours
    from tenancy.organizations
),

late as (
    select
        t.organization_id,
        t.target_id,
        d.maximum_hours,
        coalesce(r.value #>> '{}', 'ask') as late_slot
    from publishing.post_targets as t
    inner join delays as d on t.organization_id = d.organization_id
    inner join channels.social_accounts as a
        on t.organization_id = a.organization_id and t.account_id = a.account_id
    inner join content.posts_core as p
        on t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    left join channels.channel_requirements as r
        on
            t.platform = r.platform
            and t.channel_type = r.channel_type
            and r.requirement_category = 'engagement'
            and r.requirement_key = 'late_slot'
            and r.is_active
    where
        t.state = 'scheduled'
        and publishing.publisher_of(a.publisher, t.platform, t.channel_type, p.post_kind::text) <> 'dry_run'
        and greatest(t.scheduled_at, t.next_attempt_at) < %(now)s::timestamptz - make_interval(hours => d.maximum_hours)
)

update publishing.post_targets as t
set
    state = case late.late_slot when 'skip' then 'cancelled' else 'ready' end::publishing.target_state,
    scheduled_at = null,
    schedule_id = null,
    slot_at = null,
    next_attempt_at = null,
    error_message = format(
        case late.late_slot
            when 'skip'
                then
                    'It missed its slot of %%s by more than %%s hours and was dropped, as the rule late_slot of its'
                    ' channel says.'
            else
                'It missed its slot of %%s by more than %%s hours and was not sent. Send it now with `syndication'
                ' targets retry %%s`, or drop it with `syndication targets cancel %%s`.'
        end,
        to_char(t.scheduled_at at time zone 'utc', 'YYYY-MM-DD HH24:MI UTC'),
        late.maximum_hours,
        t.target_id,
        t.target_id
    )
from late
where
    t.organization_id = late.organization_id
    and t.target_id = late.target_id
    and t.state = 'scheduled'
    and late.late_slot <> 'send'
