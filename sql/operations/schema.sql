-- The schema of the room `operations`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema operations authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Ordered: `warning` waits until tomorrow, `error` is for today, `critical` ends quiet hours.
create type operations.severity as enum ('warning', 'error', 'critical');

-- `pending` is sent when it is due, `delivered` was accepted by the channel, `dropped` was made needless by later
-- events, `abandoned` failed for a day.
create type operations.delivery_state as enum ('pending', 'delivered', 'dropped', 'abandoned');

create type operations.execution_trigger as enum ('schedule', 'sensor', 'person', 'backfill');

-- How an execution ended.
create type operations.execution_status as enum (
    'running',  -- its process lives and works
    'success',  -- everything that came in went out
    'partial',  -- something was rejected, something went out
    'failed',   -- nothing went out, or it stopped with an error
    'killed',   -- its process died; what it had committed stays
    'idle'      -- it looked and found nothing to do; one row counts all of a day
);

-- One row is one high-volume table that is partitioned by month.
create table operations.partitioned_tables (
    table_name text not null,                 -- Schema and name of the partitioned table.
    months_ahead integer not null default 3,  -- Number of future months whose partitions are created in advance.

    primary key (table_name),
    check (months_ahead >= 0 and months_ahead <= 120)
);
-- no row-level security; pipeline: select; reader: select

-- One row is the price of a model from a day on, per million tokens.
create table operations.api_prices (
    provider text not null,                     -- The API provider that charges for the calls.
    model text not null,                        -- The model name as sent to the provider.
    price_version integer not null,             -- Version of the price, from 1. A price change adds a row instead of
                                                -- editing one.
    valid_from date not null,                   -- First UTC day of the price, which applies until the valid_from of the
                                                -- next version.
    currency text not null,                     -- ISO 4217 code of the three prices.
    input_price numeric(12,6) not null,         -- Price per million uncached input tokens.
    cached_input_price numeric(12,6) not null,  -- Price per million cached input tokens.
    output_price numeric(12,6) not null,        -- Price per million output tokens, reasoning tokens included.
    source_url text,                            -- Page on which the provider states the price; NULL if not noted.
    checked_on date,                            -- Day on which a person read the price there; NULL if not noted.

    primary key (provider, model, price_version),
    check (price_version > 0),
    check (currency ~ '^[A-Z]{3}$'),
    check (input_price >= 0::numeric),
    check (cached_input_price >= 0::numeric),
    check (output_price >= 0::numeric)
);
create trigger api_prices_changes after insert or delete or update on operations.api_prices
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one paid request with its usage and cost. It is reserved before the request, with its expected cost, and
-- settled after it. An unknown cost is NULL, not zero.
create table operations.api_usage (
    organization_id text not null,               -- Organization that owns the row: first column of every key, and
                                                 -- checked by row-level security.
    usage_id text not null default tenancy.public_id('use', nextval('operations.usage_id_sequence')),
                                                 -- Public id, such as use-0a1b2c3d.
    provider text not null,                      -- The API provider that was called.
    operation text not null,                     -- The purpose of the call.
    model text,                                  -- The model that was called; NULL for an API without models.
    used_at timestamptz not null default now(),  -- When the call was made; its UTC day and month select the budgets.
    latency_ms integer,                          -- Milliseconds until the response; NULL if not measured.
    input_tokens bigint,                         -- Input tokens, including cached tokens; NULL if not reported.
    cached_input_tokens bigint,                  -- Cached tokens among the input tokens; NULL if not reported.
    output_tokens bigint,                        -- Output tokens, including reasoning tokens; NULL if not reported.
    reasoning_tokens bigint,                     -- Reasoning tokens among the output tokens; NULL if not reported.
    cost numeric(14,8),                          -- Cost of the reported usage in `currency`; NULL if usage or price is
                                                 -- unknown.
    expected_cost numeric(14,8),                 -- Reserved cost in `currency`, until the call is settled, and
                                                 -- afterwards if its usage was not reported or reported as zero, else
                                                 -- NULL. Budgets count it; it is not a measured cost.
    currency text,                               -- ISO 4217 code of the cost; NULL without a price.
    price_version integer,                       -- Version of the price in api_prices that was applied; NULL if there
                                                 -- was none.
    is_successful boolean,                       -- Whether the call returned a response; NULL until it is settled, and
                                                 -- for ever if its process died before that.

    primary key (organization_id, usage_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (usage_id ~ '^use-[0-9a-f]{8}$'),
    check (latency_ms >= 0),
    check (input_tokens >= 0),
    check (cached_input_tokens >= 0),
    check (output_tokens >= 0),
    check (reasoning_tokens >= 0),
    check (cost >= 0::numeric),
    check (expected_cost >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or num_nonnulls(currency, price_version) = 2)
);
create index api_usage_used_at on operations.api_usage (organization_id, used_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn at 80 %, and no
-- more calls are made at 100 %.
create table operations.budgets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    period text not null,                           -- Length of the budget period in UTC: day or month.
    amount numeric(14,4) not null,                  -- Maximum spending per period, in `currency`.
    currency text not null,                         -- ISO 4217 code; calls paid in another currency are not made.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, period),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (period in ('day', 'month')),
    check (amount >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$')
);
create trigger budgets_updated_at before update on operations.budgets
    for each row execute function tenancy.set_updated_at();
create trigger budgets_audit after insert or delete or update on operations.budgets
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one complete backup, with the outcome of the newest attempt to restore it into a scratch server. The
-- backup itself is in the folder; a backup without a row gets one when it is proven.
create table operations.backups (
    backup_id text not null default tenancy.public_id('bkp', nextval('operations.backup_id_sequence')),
                                       -- Public id, such as bkp-0a1b2c3d.
    backup_name text not null,         -- Name of its folder: the UTC time at which the backup was begun, and four
                                       -- random digits.
    url text not null,                 -- Place of the folder: a directory, or a URL without a password.
    started_at timestamptz not null,   -- When the backup was begun. It contains every transaction that was committed
                                       -- before.
    finished_at timestamptz not null,  -- When its last file was complete.
    size_bytes bigint not null,        -- Size of its files in bytes.
    manifest_hash text not null,       -- SHA-256 of its manifest, which has the hashes of the other files; hexadecimal.
    newest_migration text not null,    -- The newest migration of the database, by its name.
    removed_at timestamptz,            -- When it was removed, because enough newer backups are kept; NULL as long as it
                                       -- is there.
    proven_at timestamptz,             -- When its newest proof ended; NULL if it was never restored.
    is_proven boolean,                 -- Whether the newest proof restored the same rows, constraints and rights; NULL
                                       -- if it was never restored.
    restore_seconds numeric(10,1),     -- Seconds that the restore of the newest proof took; NULL if nothing was
                                       -- restored.
    proof_problem text,                -- What the newest proof found; NULL if it found nothing.

    primary key (backup_id),
    unique (backup_name),
    check (backup_id ~ '^bkp-[0-9a-f]{8}$'),
    check (size_bytes > 0),
    check (manifest_hash ~ '^[0-9a-f]{64}$'),
    check (restore_seconds >= 0::numeric),
    check (finished_at >= started_at),
    check ((proven_at is null) = (is_proven is null)),
    check (not is_proven or num_nonnulls(restore_seconds) = 1),
    check (num_nonnulls(proof_problem) = case when not is_proven then 1 else 0 end)
);
-- no row-level security; pipeline: select, insert, update

-- One row is one kind of problem that is looked for. A kind without levels is not looked for.
create table operations.condition_kinds (
    kind text not null,                   -- Name of the kind; `sql/<room>/conditions/<kind>.sql` finds its problems, or
                                          -- Dagster tells them.
    unit text not null,                   -- Unit of its values and thresholds.
    remind_after_hours integer not null,  -- After how many hours an open alert of the kind is told again.
    description text not null,            -- What is wrong, in one sentence.

    primary key (kind),
    check (kind ~ '^[a-z][a-z_]{0,62}$'),
    check (remind_after_hours > 0),
    check (description <> '')
);
create trigger condition_kinds_changes after insert or delete or update on operations.condition_kinds
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is the value from which on a problem of a kind has a severity.
create table operations.condition_levels (
    kind text not null,                     -- The kind; refers to condition_kinds.
    severity operations.severity not null,  -- Severity from the threshold on.
    threshold numeric not null,             -- Smallest value with this severity, in the unit of the kind; below the
                                            -- smallest of its thresholds there is no problem.

    primary key (kind, severity),
    foreign key (kind) references operations.condition_kinds (kind) on delete cascade
);
create trigger condition_levels_changes after insert or delete or update on operations.condition_levels
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one way to tell people of an organization about its problems.
create table operations.alert_routes (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    route_id text not null default tenancy.public_id('rte', nextval('operations.route_id_sequence')),
                                                    -- Public id, such as rte-0a1b2c3d.
    route_name text not null,                       -- Name in commands, unique within the organization.
    channel text not null,                          -- How it is told: mail, slack (an incoming webhook as Slack,
                                                    -- Mattermost and others have) or webhook (signed JSON).
    address text not null,                          -- Mail: the address. Slack and webhook: the name of the environment
                                                    -- variable with the URL, which may be a secret.
    secret_name text,                               -- Environment variable with the key that signs webhooks; NULL for
                                                    -- other channels.
    kind text,                                      -- The only kind that is told; NULL tells every kind.
    minimum_severity operations.severity not null default 'warning',
                                                    -- Problems of a lower severity are not told.
    tells_of_installation boolean not null default false,
                                                    -- Whether it also tells of problems that belong to no organization,
                                                    -- such as failed runs.
    quiet_from time without time zone,              -- Local time from which on nothing below critical is told; NULL
                                                    -- without quiet hours.
    quiet_until time without time zone,             -- Local time of the end of the quiet hours; NULL like quiet_from.
    digest_at time without time zone,               -- Local time of one message a day with all open alerts, sent even
                                                    -- if there are none; NULL tells each alert at once.
    time_zone text not null default 'UTC',          -- IANA name of the zone of the local times.
    is_active boolean not null default true,        -- False pauses the route: its alerts are not told later either.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, route_id),
    unique (organization_id, route_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (kind) references operations.condition_kinds (kind),
    check (route_id ~ '^rte-[0-9a-f]{8}$'),
    check (route_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (channel in ('mail', 'slack', 'webhook')),
    check (address <> ''),
    check (secret_name ~ '^[A-Z][A-Z0-9_]*$'),
    check (num_nulls(quiet_from, quiet_until) in (0, 2)),
    check (quiet_from <> quiet_until),
    check ((channel = 'webhook') = (secret_name is not null)),
    check (channel = 'mail' or address ~ '^[A-Z][A-Z0-9_]*$'),
    check (channel <> 'mail' or address like '%_@_%')
);
create index alert_routes_kind on operations.alert_routes (kind);
create trigger alert_routes_updated_at before update on operations.alert_routes
    for each row execute function tenancy.set_updated_at();
create trigger alert_routes_audit after insert or delete or update on operations.alert_routes
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one problem from when it was found until it was gone.
create table operations.alerts (
    organization_id text not null,          -- Organization that owns the row: first column of every key, and checked by
                                            -- row-level security.
    alert_id text not null default tenancy.public_id('alr', nextval('operations.alert_id_sequence')),
                                            -- Public id, such as alr-0a1b2c3d.
    kind text not null,                     -- Kind of the problem; refers to condition_kinds.
    subject text not null,                  -- What has the problem: one open alert per organization, kind and subject.
    severity operations.severity not null,  -- Highest severity while the alert was open.
    value numeric,                          -- Newest value in the unit of the kind; NULL if the kind has none.
    message text not null,                  -- What is wrong and what to do, as last seen.
    since timestamptz not null,             -- When the problem began, as far as known.
    opened_at timestamptz not null,         -- When it was found.
    worsened_at timestamptz,                -- When its severity last rose; NULL if it never did.
    last_seen_at timestamptz not null,      -- When it was last seen.
    closed_at timestamptz,                  -- When it was seen to be gone; NULL while it is open. A problem that
                                            -- returns within five minutes opens its alert again.
    is_of_installation boolean not null,    -- TRUE if the problem belongs to no organization, such as a failed run:
                                            -- every organization with a route that tells of the installation has an
                                            -- alert of it.

    primary key (organization_id, alert_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (kind) references operations.condition_kinds (kind),
    check (alert_id ~ '^alr-[0-9a-f]{8}$')
);
create unique index alerts_open on operations.alerts (organization_id, kind, subject, is_of_installation)
    where closed_at is null;
create index alerts_organization on operations.alerts (organization_id, opened_at);
create index alerts_kind on operations.alerts (kind);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one event of an alert, or one digest, for one route, with what became of it. An event may be delivered
-- twice if a process dies between the delivery and its record, and never less than once.
create table operations.alert_deliveries (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    delivery_id text not null default tenancy.public_id('dlv', nextval('operations.delivery_id_sequence')),
                                                    -- Public id, such as dlv-0a1b2c3d; receivers recognize a repetition
                                                    -- by it.
    route_id text not null,                         -- Route that delivers it; refers to alert_routes.
    alert_id text,                                  -- Alert that it tells of; NULL for a digest.
    event text not null,                            -- What happened: opened, worsened (a higher severity), reminder,
                                                    -- cleared, or digest.
    event_at timestamptz not null,                  -- When it happened, or the time of the digest.
    state operations.delivery_state not null default 'pending',
                                                    -- What became of it.
    next_attempt_at timestamptz not null,           -- Earliest time of the next attempt.
    attempts integer not null default 0,            -- Number of attempts, the successful one included.
    delivered_at timestamptz,                       -- When the channel accepted it; NULL if it did not.
    error_message text,                             -- Why the last attempt failed; NULL if none failed.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, delivery_id),
    constraint alert_deliveries_organization_id_route_id_alert_id_event_ev_key unique nulls not distinct
        (organization_id, route_id, alert_id, event, event_at),
    foreign key (organization_id, route_id) references operations.alert_routes (organization_id, route_id)
        on delete cascade,
    foreign key (organization_id, alert_id) references operations.alerts (organization_id, alert_id) on delete cascade,
    check (delivery_id ~ '^dlv-[0-9a-f]{8}$'),
    check (event in ('opened', 'worsened', 'reminder', 'cleared', 'digest')),
    check (attempts >= 0),
    check ((event = 'digest') = (alert_id is null)),
    check ((state = 'delivered') = (delivered_at is not null))
);
create index alert_deliveries_alert on operations.alert_deliveries (organization_id, alert_id);
create index alert_deliveries_pending on operations.alert_deliveries (next_attempt_at) where state = 'pending';
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one execution of one step for one organization, and for one channel where the step counts by channel.
-- Executions that found nothing to do are one row a day.
create table operations.execution_history (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    execution_id text not null default tenancy.public_id('exe', nextval('operations.execution_id_sequence')),
                                                  -- Public id, such as exe-0a1b2c3d.
    process text not null,                        -- The work: fetching, selecting, writing, checking, approving,
                                                  -- planning, publishing.
    step text not null,                           -- What does it: an asset, such as content/product_selections.
    platform text,                                -- Platform of the channel; NULL for a whole organization.
    channel_type text,                            -- Kind of publication of the channel; NULL for a whole organization.
    content_process text,                         -- Process of the posts (product_post, blog_post, announcement), as in
                                                  -- publishing.content_processes; NULL where they are not told apart.
    triggered_by operations.execution_trigger,    -- What started it: a schedule, a sensor, a person or a backfill. NULL
                                                  -- for rows from before this was recorded.
    actor text,                                   -- Id of the user, or name of the schedule or sensor, that started it;
                                                  -- NULL if unknown.
    run_id text,                                  -- Dagster run; NULL if started on the command line without one.
    work_id uuid,                                 -- Names the work of one process, whose rows have it in common: the
                                                  -- process holds an advisory lock on it while it lives. NULL for rows
                                                  -- from before this was recorded.
    started_at timestamptz,                       -- When it began; of an idle row, the first time of the day. NULL for
                                                  -- rows from before this was recorded.
    finished_at timestamptz,                      -- When it ended; of an idle row, the last time of the day. NULL while
                                                  -- it runs.
    status operations.execution_status not null,  -- How it ended.
    rows_in integer,                              -- What it had to do: profiles, channels, posts, texts, targets. NULL
                                                  -- if it was not counted.
    rows_out integer,                             -- What it made: files, selections, texts, approvals, slots, published
                                                  -- posts. NULL if it was not counted.
    rows_rejected integer,                        -- What it could not do. NULL if it was not counted.
    outcomes jsonb not null default '{}',         -- More counts by name, such as the outcomes of calls; no texts, no
                                                  -- secrets.
    busy_seconds numeric(10,3),                   -- Sum of the durations of its calls, in seconds; concurrent calls add
                                                  -- up. NULL if it was not measured.
    cost numeric(14,8),                           -- What its paid calls cost, in `currency`; NULL if there were none or
                                                  -- the cost is unknown.
    currency text,                                -- ISO 4217 code of the cost; NULL without one.
    error_message text,                           -- What went wrong, as a sentence without secrets; NULL if nothing
                                                  -- did.
    idle_on date,                                 -- UTC day that an idle row counts; NULL for other rows.
    times integer not null default 1,             -- How often it looked on the day, for an idle row; 1 for other rows.

    primary key (organization_id, execution_id),
    constraint execution_history_idle unique (organization_id, process, step, idle_on),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (execution_id ~ '^exe-[0-9a-f]{8}$'),
    check (process ~ '^[a-z][a-z_]{0,62}$'),
    check (step <> ''),
    check (rows_in >= 0),
    check (rows_out >= 0),
    check (rows_rejected >= 0),
    check (jsonb_typeof(outcomes) = 'object'),
    check (busy_seconds >= 0::numeric),
    check (cost >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (times > 0),
    check ((status = 'running') = (finished_at is null)),
    check ((status in ('partial', 'failed', 'killed')) = (error_message is not null)),
    check ((status = 'idle') = (idle_on is not null)),
    check (status = 'idle' or times = 1),
    check (num_nonnulls(cost, currency) <> 1),
    check (num_nonnulls(platform, channel_type) <> 1)
);
create index execution_history_time
    on operations.execution_history (organization_id, coalesce(started_at, finished_at));
create index execution_history_running on operations.execution_history (work_id) where status = 'running';
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one program that is told when a text is approved, and when a post is published or fails.
create table operations.webhooks (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    webhook_id text not null default tenancy.public_id('whk', nextval('operations.webhook_id_sequence')),
                                                    -- Public id, such as whk-0a1b2c3d.
    webhook_name text not null,                     -- Name in commands, unique within the organization.
    events text[] not null,                         -- What it is told of: approved, published, failed.
    url_name text not null,                         -- Environment variable with the URL, which may be a secret: https
                                                    -- on a public address.
    secret_name text not null,                      -- Environment variable with the key that signs what is sent.
    is_active boolean not null default true,        -- FALSE pauses it: events of that time are not told later, and what
                                                    -- waits, waits.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, webhook_id),
    unique (organization_id, webhook_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (webhook_id ~ '^whk-[0-9a-f]{8}$'),
    check (webhook_name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    check (events <> '{}' and events <@ array['approved', 'published', 'failed']),
    check (url_name ~ '^[A-Z][A-Z0-9_]*$'),
    check (secret_name ~ '^[A-Z][A-Z0-9_]*$')
);
create trigger webhooks_updated_at before update on operations.webhooks
    for each row execute function tenancy.set_updated_at();
create trigger webhooks_audit after insert or delete or update on operations.webhooks
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one event that a webhook is told of, written in the transaction in which it happened.
create table operations.webhook_events (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    event_id text not null default tenancy.public_id('evt', nextval('operations.event_id_sequence')),
                                    -- Public id, such as evt-0a1b2c3d.
    message_id uuid not null default gen_random_uuid(),
                                    -- Names the event to receivers: the same in every attempt, so they recognize a
                                    -- repetition by it. Random, because a restored sequence gives the same ids again.
    event text not null,            -- approved, published or failed.
    data jsonb not null,            -- What receivers are told: ids, names and links; no secrets.
    occurred_at timestamptz not null default clock_timestamp(),
                                    -- When it happened.

    primary key (organization_id, event_id),
    unique (organization_id, message_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (event_id ~ '^evt-[0-9a-f]{8}$'),
    check (event in ('approved', 'published', 'failed')),
    check (jsonb_typeof(data) = 'object')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one event for one webhook, with what became of it. It may be delivered twice if a process dies between the
-- delivery and its record, and never less than once.
create table operations.webhook_deliveries (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    event_id text not null,                         -- The event; refers to webhook_events.
    webhook_id text not null,                       -- The webhook; refers to webhooks.
    state operations.delivery_state not null default 'pending',
                                                    -- What became of it.
    next_attempt_at timestamptz not null default clock_timestamp(),
                                                    -- Earliest time of the next attempt.
    attempts integer not null default 0,            -- Number of attempts, the successful one included.
    delivered_at timestamptz,                       -- When the receiver accepted it; NULL if it did not.
    error_message text,                             -- Why the last attempt failed, without secrets; NULL if none
                                                    -- failed.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, event_id, webhook_id),
    foreign key (organization_id, event_id) references operations.webhook_events (organization_id, event_id)
        on delete cascade,
    foreign key (organization_id, webhook_id) references operations.webhooks (organization_id, webhook_id)
        on delete cascade,
    check (attempts >= 0),
    check ((state = 'delivered') = (delivered_at is not null))
);
create index webhook_deliveries_webhook on operations.webhook_deliveries (organization_id, webhook_id);
create index webhook_deliveries_pending on operations.webhook_deliveries (next_attempt_at) where state = 'pending';
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- Creates the missing month partitions of `parent_table` for first_day .. last_day and returns their number. Concurrent
-- callers are safe: the lock is held until commit, and `like … attach` does not block readers of the parent. The
-- function runs as its owner, so it only accepts registered tables and the years that the tables accept.
create function operations.ensure_month_partitions(parent_table regclass, first_day date, last_day date)
returns integer language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    month_start date;
    partition_name text;
    parent_schema text;
    parent_name text;
    truncate_trigger record;
    partitions_made integer := 0;
begin
    select n.nspname, c.relname into parent_schema, parent_name
    from operations.partitioned_tables t
    join pg_class c on c.oid = to_regclass(t.table_name)
    join pg_namespace n on n.oid = c.relnamespace
    where c.oid = parent_table and c.relkind = 'p';
    if not found then
        raise exception '% is not a partitioned table of operations.partitioned_tables', parent_table
            using errcode = 'invalid_parameter_value';
    end if;
    if (first_day >= date '2000-01-01' and last_day < date '2100-01-01') is not true then
        raise exception 'No partitions of % for % to %: only the years 2000 to 2099 have partitions',
            parent_table, first_day, last_day
            using errcode = 'invalid_parameter_value';
    end if;

    for month_start in
        select generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, '1 month')::date
    loop
        partition_name := format('%I.%I', parent_schema, parent_name || to_char(month_start, '_YYYY_MM'));
        continue when pg_partition_root(to_regclass(partition_name)) = parent_table;
        -- One lock for all tables: callers that create partitions of several tables in any order cannot deadlock.
        perform pg_advisory_xact_lock(hashtext('syndication'), hashtext('month partitions'));
        -- Locking the table makes the session see partitions that others have just created. Attaching takes the same
        -- lock anyway.
        execute format('lock table only %s in share update exclusive mode', parent_table);
        continue when pg_partition_root(to_regclass(partition_name)) = parent_table;
        if to_regclass(partition_name) is not null then
            raise exception '% exists, but is not a partition of %: attach it or drop it',
                partition_name, parent_table
                using errcode = 'duplicate_table';
        end if;
        execute format('create table %s (like %s including all)', partition_name, parent_table);
        perform tenancy.protect_tenant_table(partition_name::regclass, is_partition => true);
        -- Attaching clones row triggers, but not statement triggers.
        for truncate_trigger in
            select tgname, tgfoid::regproc as function_name from pg_trigger
            where tgrelid = parent_table and not tgisinternal and tgtype & 32 <> 0
        loop
            execute format(
                'create trigger %I before truncate on %s for each statement execute function %s()',
                truncate_trigger.tgname, partition_name, truncate_trigger.function_name
            );
        end loop;
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent_table, partition_name,
            to_char(month_start, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(month_start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00'
        );
        partitions_made := partitions_made + 1;
    end loop;
    return partitions_made;
end
$$;
-- pipeline: execute

-- Creates the partitions of every registered table for this month and the months ahead.
create function operations.ensure_upcoming_partitions()
returns table(table_name text, partitions_made integer) language sql security definer set search_path to 'pg_catalog',
    'pg_temp'
as $$
    select
        p.table_name,
        operations.ensure_month_partitions(
            p.table_name::regclass,
            (now() at time zone 'utc')::date,
            ((now() at time zone 'utc') + make_interval(months => p.months_ahead))::date
        )
    from operations.partitioned_tables p
    order by p.table_name
$$;
-- pipeline: execute

-- Analyzes the tables of the room that have grown fourfold since their last statistics, and returns their number.
-- Without statistics a table that has just been filled looks empty to the planner, and the next query may take a
-- hundred times as long; autovacuum comes a minute later, and never analyzes a partitioned table. JSON and bytea
-- columns are skipped: they are the most expensive to analyze, and no plan needs their statistics. The function runs as
-- its owner, because only owners may analyze.
create function operations.analyze_grown_tables(room text)
returns integer language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    block_size constant bigint := current_setting('block_size')::bigint;
    is_partitioned boolean;
    grown_table regclass;
    tables_analyzed integer := 0;
begin
    -- Partitioned tables first: analyzing them analyzes their partitions too.
    foreach is_partitioned in array array[true, false] loop
        for grown_table in
            select c.oid
            from pg_class c
            left join lateral (
                select sum(pg_relation_size(leaf.oid)) as bytes, sum(greatest(leaf.reltuples, 0)) as known_rows
                from pg_inherits i
                join pg_class leaf on leaf.oid = i.inhrelid
                where i.inhparent = c.oid
            ) as partitions on is_partitioned
            where
                c.relnamespace = (select oid from pg_namespace where nspname = room)
                and pg_get_userbyid(c.relowner) = current_user
                and case
                    when is_partitioned
                        then
                            c.relkind = 'p'
                            and partitions.bytes > 0
                            and (c.reltuples < 0 or partitions.known_rows > greatest(4 * c.reltuples, 1000))
                    else
                        c.relkind = 'r'
                        and pg_relation_size(c.oid) > 4 * c.relpages * block_size
                        and (c.relpages = 0 or pg_relation_size(c.oid) > 16 * block_size)
                end
        loop
            execute format(
                'analyze (skip_locked) %s (%s)',
                grown_table,
                (
                    select string_agg(quote_ident(attname), ', ')
                    from pg_attribute
                    where
                        attrelid = grown_table
                        and attnum > 0
                        and not attisdropped
                        and atttypid <> all(array['json', 'jsonb', 'bytea']::regtype[])
                )
            );
            tables_analyzed := tables_analyzed + 1;
        end loop;
    end loop;
    return tables_analyzed;
end
$$;
-- pipeline: execute

-- Makes a table say what was computed for it: deletes the rows of the scope that were not computed, updates the rows
-- that differ, inserts the new ones, and leaves all others untouched. `computed` has columns of `target`, its whole
-- primary key among them. `scope` names what was computed by some columns of `target`, for example organization and
-- day. Both are usually temporary tables. The caller holds a lock that keeps others from writing the same rows.
-- `updated_at` of a written row, if the table has it, is the transaction's time.
create function operations.replace_rows(target regclass, computed regclass, scope regclass)
returns table(rows_computed bigint, rows_written bigint,
    rows_removed bigint) language plpgsql set search_path to 'pg_catalog', 'pg_temp' set random_page_cost to '1.1'
as $$
declare
    keys text[] := array(
        select quote_ident(a.attname)
        from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = target and i.indisprimary
        order by array_position(i.indkey::smallint[], a.attnum)
    );
    columns text[] := array(
        select quote_ident(attname)
        from pg_attribute
        where attrelid = computed and attnum > 0 and not attisdropped
        order by attnum
    );
    -- The columns that are no keys, of each side, and the conditions that join the sides.
    values_of_target text := (select string_agg('t.' || c, ', ') from unnest(columns) c where c <> all(keys));
    values_of_computed text := (select string_agg('c.' || c, ', ') from unnest(columns) c where c <> all(keys));
    changes text := (select string_agg(format('%1$s = c.%1$s', c), ', ') from unnest(columns) c where c <> all(keys));
    same_key text := (select string_agg(format('t.%1$s = c.%1$s', k), ' and ') from unnest(keys) k);
    in_scope text := (
        select string_agg(format('t.%1$I = s.%1$I', attname), ' and ')
        from pg_attribute
        where attrelid = scope and attnum > 0 and not attisdropped
    );
    rows_updated bigint := 0;
begin
    if keys = '{}' or not columns @> keys then
        raise exception '% must have the primary key of % among its columns: %', computed, target, keys;
    end if;
    -- Only the keys: statistics of wide columns would cost more than they save.
    execute format('analyze %s (%s)', computed, array_to_string(keys, ', '));
    execute format('analyze %s', scope);
    -- Looked up before the insert, because its own rows would be searched, too: quadratic in a table that was empty.
    execute format(
        'create temporary table existing_keys as select %s from %s t join %s c on %s',
        (select string_agg('t.' || k, ', ') from unnest(keys) k), target, computed, same_key
    );
    analyze existing_keys;

    execute format(
        'delete from %s t using %s s where %s and not exists (select from %s c where %s)',
        target, scope, in_scope, computed, same_key
    );
    get diagnostics rows_removed = row_count;

    if changes is not null then
        if exists (select from pg_attribute where attrelid = target and attname = 'updated_at') then
            changes := changes || ', updated_at = now()';
        end if;
        execute format(
            'update %s t set %s from %s c where %s and (%s) is distinct from (%s)',
            target, changes, computed, same_key, values_of_target, values_of_computed
        );
        get diagnostics rows_updated = row_count;
    end if;

    execute format(
        'insert into %1$s (%2$s) select %2$s from %3$s c where not exists (select from existing_keys t where %4$s)',
        target, array_to_string(columns, ', '), computed, same_key
    );
    get diagnostics rows_written = row_count;
    rows_written := rows_written + rows_updated;
    drop table existing_keys;
    execute format('select count(*) from %s', computed) into rows_computed;
    return next;
end
$$;
-- pipeline: execute

-- The moment itself, or the end of the quiet hours of the route that it falls into.
create function operations.end_of_quiet_hours(route operations.alert_routes, moment timestamptz)
returns timestamptz language sql stable set search_path to 'pg_catalog', 'pg_temp'
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
-- pipeline: execute

-- Puts an event into the outbox of every active webhook that is told of it. Called by triggers, so in the transaction
-- in which it happens.
create function operations.tell_webhooks(of_organization_id text, of_event text, of_data jsonb)
returns void language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    new_event_id text;
begin
    if not exists (
        select
        from operations.webhooks w
        where w.organization_id = of_organization_id and w.is_active and of_event = any(w.events)
    ) then
        return;
    end if;
    insert into operations.webhook_events (organization_id, event, data)
    values (of_organization_id, of_event, of_data)
    returning event_id into new_event_id;
    insert into operations.webhook_deliveries (organization_id, event_id, webhook_id)
    select w.organization_id, new_event_id, w.webhook_id
    from operations.webhooks w
    where w.organization_id = of_organization_id and w.is_active and of_event = any(w.events);
end
$$;
-- pipeline: execute

create sequence operations.usage_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.execution_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.backup_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.alert_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.route_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.delivery_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.webhook_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.event_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
