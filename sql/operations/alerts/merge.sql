-- Alerts follow the problems that were found: a new problem opens an alert, a problem that is gone closes it, and
-- each event is put into the outbox of every route that tells of it. Kinds that could not be looked for stay as they
-- are. Parameters: conditions (JSON), kinds (those that were looked for), moment. A re-run at the same moment changes
-- nothing.

-- A problem of the installation is told in each organization that has a route for it.
create temporary table found on commit drop as
select
    coalesce(f.organization_id, r.organization_id) as organization_id,
    f.organization_id is null as is_of_installation,
    f.kind,
    f.subject,
    f.severity,
    f.value,
    f.message,
    f.since
from jsonb_to_recordset(%(conditions)s::jsonb) as f (
    organization_id text,
    kind text,
    subject text,
    severity operations.severity,
    value numeric,
    message text,
    since timestamptz
)
left join (
    select distinct organization_id from operations.alert_routes
    where tells_of_installation and is_active
) as r on f.organization_id is null
where coalesce(f.organization_id, r.organization_id) is not null;

-- A problem that comes and goes is one alert, and its all-clear, which waits for five minutes, is not sent.
update operations.alerts as a
set closed_at = null
from found as f
where
    a.closed_at > %(moment)s::timestamptz - interval '5 minutes'
    and (a.organization_id, a.kind, a.subject, a.is_of_installation)
    = (f.organization_id, f.kind, f.subject, f.is_of_installation)
    and not exists (
        select from operations.alerts as newer
        where
            (newer.organization_id, newer.kind, newer.subject, newer.is_of_installation)
            = (a.organization_id, a.kind, a.subject, a.is_of_installation)
            and (newer.closed_at is null or (newer.closed_at, newer.alert_id) > (a.closed_at, a.alert_id))
    );

update operations.alert_deliveries as d
set state = 'dropped'
from operations.alerts as a
where
    (d.organization_id, d.alert_id) = (a.organization_id, a.alert_id)
    and a.closed_at is null
    and d.event = 'cleared'
    and d.state = 'pending';

update operations.alerts as a
set
    severity = greatest(a.severity, f.severity),
    worsened_at = case when f.severity > a.severity then %(moment)s::timestamptz else a.worsened_at end,
    value = f.value,
    message = f.message,
    last_seen_at = %(moment)s::timestamptz
from found as f
where
    a.closed_at is null
    and (a.organization_id, a.kind, a.subject, a.is_of_installation)
    = (f.organization_id, f.kind, f.subject, f.is_of_installation);

insert into operations.alerts (
    organization_id, kind, subject, severity, value, message, since, opened_at, last_seen_at, is_of_installation
)
select
    f.organization_id,
    f.kind,
    f.subject,
    f.severity,
    f.value,
    f.message,
    coalesce(f.since, %(moment)s::timestamptz),
    %(moment)s::timestamptz,
    %(moment)s::timestamptz,
    f.is_of_installation
from found as f
on conflict (organization_id, kind, subject, is_of_installation) where closed_at is null do nothing;

update operations.alerts as a
set closed_at = %(moment)s::timestamptz
where
    a.closed_at is null
    and a.kind = any(%(kinds)s::text[])
    and not exists (
        select from found as f
        where
            (a.organization_id, a.kind, a.subject, a.is_of_installation)
            = (f.organization_id, f.kind, f.subject, f.is_of_installation)
    );

-- What nobody needs to hear any more: of a paused route, and of an alert that closed before it could be told.
update operations.alert_deliveries as d
set state = 'dropped'
from operations.alert_routes as r
where
    d.state = 'pending'
    and (d.organization_id, d.route_id) = (r.organization_id, r.route_id)
    and (
        not r.is_active
        or (
            d.event in ('opened', 'worsened', 'reminder')
            and exists (
                select from operations.alerts as a
                where (d.organization_id, d.alert_id) = (a.organization_id, a.alert_id) and a.closed_at is not null
            )
        )
    );

create temporary table told on commit drop as
select
    r.organization_id,
    r.route_id,
    r.digest_at,
    a.alert_id,
    a.severity,
    a.opened_at,
    a.worsened_at,
    a.closed_at,
    k.remind_after_hours,
    operations.end_of_quiet_hours(r, %(moment)s::timestamptz) as quiet_until,
    (
        select max(d.event_at)
        from operations.alert_deliveries as d
        where
            (d.organization_id, d.route_id, d.alert_id) = (r.organization_id, r.route_id, a.alert_id)
            and d.event in ('opened', 'worsened', 'reminder')
            and d.state <> 'dropped'
    ) as last_told_at
from operations.alerts as a
inner join operations.condition_kinds as k on a.kind = k.kind
inner join operations.alert_routes as r on a.organization_id = r.organization_id and operations.tells_of(r, a)
where
    (a.closed_at is null or a.closed_at = %(moment)s::timestamptz)
    and r.is_active
    and r.digest_at is null;

insert into operations.alert_deliveries (organization_id, route_id, alert_id, event, event_at, next_attempt_at)
select
    organization_id,
    route_id,
    alert_id,
    event,
    event_at,
    case
        when event = 'cleared' then greatest(quiet_until, event_at + interval '5 minutes')
        when severity = 'critical' then %(moment)s::timestamptz
        else quiet_until
    end
from (
    select
        t.*,
        e.event,
        e.event_at
    from told as t
    cross join lateral (
        select 'opened' as event, t.opened_at as event_at
        where t.closed_at is null and t.last_told_at is null
        union all
        select 'worsened', t.worsened_at
        where t.closed_at is null and t.worsened_at > t.last_told_at
        union all
        select 'reminder', %(moment)s::timestamptz
        where
            t.closed_at is null
            and t.last_told_at <= %(moment)s::timestamptz - make_interval(hours => t.remind_after_hours)
            and (t.worsened_at <= t.last_told_at) is not false
        union all
        select 'cleared', t.closed_at
        where t.closed_at is not null and t.last_told_at is not null
    ) as e
) as events
on conflict (organization_id, route_id, alert_id, event, event_at) do nothing;

insert into operations.alert_deliveries (organization_id, route_id, alert_id, event, event_at, next_attempt_at)
select
    r.organization_id,
    r.route_id,
    null,
    'digest',
    due.at,
    %(moment)s::timestamptz
from operations.alert_routes as r
cross join lateral (
    select ((%(moment)s::timestamptz at time zone r.time_zone)::date + r.digest_at) at time zone r.time_zone as at
) as due
where r.is_active and r.digest_at is not null and due.at <= %(moment)s::timestamptz and due.at > r.created_at
on conflict (organization_id, route_id, alert_id, event, event_at) do nothing;

select
    count(*) filter (where opened_at = %(moment)s::timestamptz) as opened,
    count(*) filter (where closed_at = %(moment)s::timestamptz) as closed,
    count(*) filter (where closed_at is null) as open_now
from operations.alerts
where closed_at is null or closed_at = %(moment)s::timestamptz;
