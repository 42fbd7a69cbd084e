-- Operations, third part: what counts as a problem, who is told of it, and what was told.

set local role syndication_owner;

create sequence operations.alert_id_sequence as bigint maxvalue 4294967295;
create sequence operations.route_id_sequence as bigint maxvalue 4294967295;
create sequence operations.delivery_id_sequence as bigint maxvalue 4294967295;
grant usage on sequence operations.alert_id_sequence, operations.route_id_sequence, operations.delivery_id_sequence
to syndication_pipeline;

create type operations.severity as enum ('warning', 'error', 'critical');
comment on type operations.severity is
'Ordered: `warning` waits until tomorrow, `error` is for today, `critical` ends quiet hours.';

create type operations.delivery_state as enum ('pending', 'delivered', 'dropped', 'abandoned');
comment on type operations.delivery_state is
'`pending` is sent when it is due, `delivered` was accepted by the channel, `dropped` was made needless by later '
'events, `abandoned` failed for a day.';

create table operations.condition_kinds (
    kind text not null check (kind ~ '^[a-z][a-z_]{0,62}$'),
    unit text not null,
    remind_after_hours integer not null check (remind_after_hours > 0),
    description text not null check (description <> ''),
    primary key (kind)
);

comment on table operations.condition_kinds is
'One row is one kind of problem that is looked for. A kind without levels is not looked for.';
comment on column operations.condition_kinds.kind is
'Name of the kind; `sql/<room>/conditions/<kind>.sql` finds its problems, or Dagster tells them.';
comment on column operations.condition_kinds.unit is 'Unit of its values and thresholds.';
comment on column operations.condition_kinds.remind_after_hours is
'After how many hours an open alert of the kind is told again.';
comment on column operations.condition_kinds.description is 'What is wrong, in one sentence.';

create table operations.condition_levels (
    kind text not null references operations.condition_kinds on delete cascade,
    severity operations.severity not null,
    threshold numeric not null,
    primary key (kind, severity)
);

comment on table operations.condition_levels is
'One row is the value from which on a problem of a kind has a severity.';
comment on column operations.condition_levels.kind is 'The kind; refers to condition_kinds.';
comment on column operations.condition_levels.severity is 'Severity from the threshold on.';
comment on column operations.condition_levels.threshold is
'Smallest value with this severity, in the unit of the kind; below the smallest of its thresholds there is no problem.';

create table operations.alert_routes (
    organization_id text not null references tenancy.organizations on delete cascade,
    route_id text not null default tenancy.public_id('rte', nextval('operations.route_id_sequence'))
        check (route_id ~ '^rte-[0-9a-f]{8}$'),
    route_name text not null check (route_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    channel text not null check (channel in ('mail', 'slack', 'webhook')),
    address text not null check (address <> ''),
    secret_name text check (secret_name ~ '^[A-Z][A-Z0-9_]*$'),
    kind text references operations.condition_kinds,
    minimum_severity operations.severity not null default 'warning',
    tells_of_installation boolean not null default false,
    quiet_from time,
    quiet_until time,
    digest_at time,
    time_zone text not null default 'UTC',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, route_id),
    unique (organization_id, route_name),
    check (num_nulls(quiet_from, quiet_until) in (0, 2)),
    check (quiet_from <> quiet_until),
    check ((channel = 'webhook') = (secret_name is not null)),
    check (channel = 'mail' or address ~ '^[A-Z][A-Z0-9_]*$'),
    check (channel <> 'mail' or address like '%_@_%')
);

comment on table operations.alert_routes is
'One row is one way to tell people of an organization about its problems.';
comment on column operations.alert_routes.route_id is 'Public id, such as rte-0a1b2c3d.';
comment on column operations.alert_routes.route_name is 'Name in commands, unique within the organization.';
comment on column operations.alert_routes.channel is
'How it is told: mail, slack (an incoming webhook as Slack, Mattermost and others have) or webhook (signed JSON).';
comment on column operations.alert_routes.address is
'Mail: the address. Slack and webhook: the name of the environment variable with the URL, which may be a secret.';
comment on column operations.alert_routes.secret_name is
'Environment variable with the key that signs webhooks; NULL for other channels.';
comment on column operations.alert_routes.kind is 'The only kind that is told; NULL tells every kind.';
comment on column operations.alert_routes.minimum_severity is 'Problems of a lower severity are not told.';
comment on column operations.alert_routes.tells_of_installation is
'Whether it also tells of problems that belong to no organization, such as failed runs.';
comment on column operations.alert_routes.quiet_from is
'Local time from which on nothing below critical is told; NULL without quiet hours.';
comment on column operations.alert_routes.quiet_until is
'Local time of the end of the quiet hours; NULL like quiet_from.';
comment on column operations.alert_routes.digest_at is
'Local time of one message a day with all open alerts, sent even if there are none; NULL tells each alert at once.';
comment on column operations.alert_routes.time_zone is 'IANA name of the zone of the local times.';
comment on column operations.alert_routes.is_active is 'False pauses the route: its alerts are not told later either.';

create table operations.alerts (
    organization_id text not null references tenancy.organizations on delete cascade,
    alert_id text not null default tenancy.public_id('alr', nextval('operations.alert_id_sequence'))
        check (alert_id ~ '^alr-[0-9a-f]{8}$'),
    kind text not null references operations.condition_kinds,
    subject text not null,
    severity operations.severity not null,
    value numeric,
    message text not null,
    since timestamptz not null,
    opened_at timestamptz not null,
    worsened_at timestamptz,
    last_seen_at timestamptz not null,
    closed_at timestamptz,
    is_of_installation boolean not null,
    primary key (organization_id, alert_id)
);

comment on table operations.alerts is
'One row is one problem from when it was found until it was gone.';
comment on column operations.alerts.alert_id is 'Public id, such as alr-0a1b2c3d.';
comment on column operations.alerts.kind is 'Kind of the problem; refers to condition_kinds.';
comment on column operations.alerts.subject is
'What has the problem: one open alert per organization, kind and subject.';
comment on column operations.alerts.severity is 'Highest severity while the alert was open.';
comment on column operations.alerts.value is 'Newest value in the unit of the kind; NULL if the kind has none.';
comment on column operations.alerts.message is 'What is wrong and what to do, as last seen.';
comment on column operations.alerts.since is 'When the problem began, as far as known.';
comment on column operations.alerts.opened_at is 'When it was found.';
comment on column operations.alerts.worsened_at is 'When its severity last rose; NULL if it never did.';
comment on column operations.alerts.last_seen_at is 'When it was last seen.';
comment on column operations.alerts.closed_at is
'When it was seen to be gone; NULL while it is open. A problem that returns within five minutes opens its alert again.';

comment on column operations.alerts.is_of_installation is
'TRUE if the problem belongs to no organization, such as a failed run: every organization with a route that tells of '
'the installation has an alert of it.';

create unique index alerts_open on operations.alerts (organization_id, kind, subject, is_of_installation)
where closed_at is null;
create index alerts_organization on operations.alerts (organization_id, opened_at);
create index alerts_kind on operations.alerts (kind);

create table operations.alert_deliveries (
    organization_id text not null,
    delivery_id text not null default tenancy.public_id('dlv', nextval('operations.delivery_id_sequence'))
        check (delivery_id ~ '^dlv-[0-9a-f]{8}$'),
    route_id text not null,
    alert_id text,
    event text not null check (event in ('opened', 'worsened', 'reminder', 'cleared', 'digest')),
    event_at timestamptz not null,
    state operations.delivery_state not null default 'pending',
    next_attempt_at timestamptz not null,
    attempts integer not null default 0 check (attempts >= 0),
    delivered_at timestamptz,
    error_message text,
    created_at timestamptz not null default now(),
    primary key (organization_id, delivery_id),
    unique nulls not distinct (organization_id, route_id, alert_id, event, event_at),
    foreign key (organization_id, route_id) references operations.alert_routes (organization_id, route_id)
    on delete cascade,
    foreign key (organization_id, alert_id) references operations.alerts (organization_id, alert_id)
    on delete cascade,
    check ((event = 'digest') = (alert_id is null)),
    check ((state = 'delivered') = (delivered_at is not null))
);

comment on table operations.alert_deliveries is
'One row is one event of an alert, or one digest, for one route, with what became of it. An event may be delivered '
'twice if a process dies between the delivery and its record, and never less than once.';
comment on column operations.alert_deliveries.delivery_id is
'Public id, such as dlv-0a1b2c3d; receivers recognize a repetition by it.';
comment on column operations.alert_deliveries.route_id is 'Route that delivers it; refers to alert_routes.';
comment on column operations.alert_deliveries.alert_id is 'Alert that it tells of; NULL for a digest.';
comment on column operations.alert_deliveries.event is
'What happened: opened, worsened (a higher severity), reminder, cleared, or digest.';
comment on column operations.alert_deliveries.event_at is 'When it happened, or the time of the digest.';
comment on column operations.alert_deliveries.state is 'What became of it.';
comment on column operations.alert_deliveries.next_attempt_at is 'Earliest time of the next attempt.';
comment on column operations.alert_deliveries.attempts is
'Number of attempts, the successful one included.';
comment on column operations.alert_deliveries.delivered_at is 'When the channel accepted it; NULL if it did not.';
comment on column operations.alert_deliveries.error_message is 'Why the last attempt failed; NULL if none failed.';

create index alert_deliveries_alert on operations.alert_deliveries (organization_id, alert_id);
create index alert_deliveries_pending on operations.alert_deliveries (next_attempt_at) where state = 'pending';
create index alert_routes_kind on operations.alert_routes (kind);

create function operations.end_of_quiet_hours(route operations.alert_routes, moment timestamptz)
returns timestamptz language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when route.quiet_from is null then moment
        when case
            when route.quiet_from < route.quiet_until
                then local::time >= route.quiet_from and local::time < route.quiet_until
            else local::time >= route.quiet_from or local::time < route.quiet_until
        end
            then (
                local::date + route.quiet_until
                + case when local::time >= route.quiet_until then interval '1 day' else interval '0' end
            ) at time zone route.time_zone
        else moment
    end
    from (select moment at time zone route.time_zone as local) as clock
$$;

comment on function operations.end_of_quiet_hours is
'The moment itself, or the end of the quiet hours of the route that it falls into.';

select tenancy.protect_tenant_table('operations.alert_routes');
select tenancy.protect_tenant_table('operations.alerts');
select tenancy.protect_tenant_table('operations.alert_deliveries');
grant select, insert, update, delete on operations.condition_kinds, operations.condition_levels to syndication_pipeline;
grant select on operations.condition_kinds, operations.condition_levels to syndication_reader;

grant execute on function operations.end_of_quiet_hours to syndication_pipeline;

create trigger alert_routes_updated_at before update on operations.alert_routes
for each row execute function tenancy.set_updated_at();
create trigger alert_routes_audit after insert or update or delete on operations.alert_routes
for each row execute function tenancy.write_audit_log();

insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('run_failed', 'runs', 24, 'The newest run of a job over the same days has failed.'),
('check_failed', 'checks', 24, 'An asset check of severity ERROR has failed.'),
('source_stale', 'hours', 24, 'A source has no recent observations.'),
('files_not_loaded', 'hours', 24, 'Landed files wait to be loaded.'),
('quarantine_open', 'items', 24, 'Input waits in quarantine.'),
('catalogue_rejected', 'snapshots', 24, 'The newest catalogue of a shop was rejected.'),
('credential_expires', 'days', 24, 'A credential expires soon or has expired.'),
('account_disconnected', 'hours', 24, 'A platform rejects the credential of an account.'),
('budget_used', 'percent', 24, 'A budget is nearly or fully used.'),
('queue_stands_still', 'minutes', 4, 'Due posts are not sent.'),
('target_needs_a_person', 'targets', 24, 'Posts wait for a person''s decision.'),
('text_waits_for_review', 'hours', 24, 'Texts wait for review.'),
('backup_old', 'days', 24, 'The newest backup is old.'),
('backup_unproven', 'days', 24, 'No restore of a backup has succeeded lately.'),
('delivery_fails', 'attempts', 24, 'A route delivers no alerts.'),
('condition_unknown', 'kinds', 24, 'Whether there is a problem of a kind could not be found out.');

insert into operations.condition_levels (kind, severity, threshold) values
('run_failed', 'error', 1),
('check_failed', 'error', 1),
('source_stale', 'warning', 36),
('source_stale', 'error', 72),
('files_not_loaded', 'warning', 6),
('files_not_loaded', 'error', 48),
('quarantine_open', 'warning', 1),
('quarantine_open', 'error', 100),
('catalogue_rejected', 'error', 1),
('credential_expires', 'warning', -14),
('credential_expires', 'error', -3),
('credential_expires', 'critical', 0),
('account_disconnected', 'error', 0),
('budget_used', 'warning', 80),
('budget_used', 'error', 95),
('budget_used', 'critical', 100),
('queue_stands_still', 'error', 30),
('queue_stands_still', 'critical', 240),
('target_needs_a_person', 'warning', 1),
('text_waits_for_review', 'warning', 12),
('backup_old', 'warning', 2),
('backup_old', 'error', 7),
('backup_unproven', 'error', 14),
('delivery_fails', 'error', 3),
('condition_unknown', 'error', 1);

-- After the rows above, which nobody changed.
create trigger condition_kinds_changes after insert or update or delete on operations.condition_kinds
for each row execute function channels.write_rule_change();
create trigger condition_levels_changes after insert or update or delete on operations.condition_levels
for each row execute function channels.write_rule_change();
