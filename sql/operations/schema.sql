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

-- What happens to rows that have been kept long enough.
create type operations.retention_action as enum (
    'archive',  -- a month moves to a Parquet file, from which it can be restored
    'delete'    -- the rows are deleted for good
);

-- How far the archive of a month is.
create type operations.archive_state as enum (
    'written',   -- its file is verified, its rows are still there and no longer change
    'removing',  -- its rows are being deleted
    'archived',  -- only the file has its rows
    'restored'   -- its rows are back and may change; the file stays until the month is archived again
);

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

-- One row is the amount that an organization may spend on paid calls per UTC day or month: runs warn from the lowest
-- level of the condition budget_used on, and no more calls are made at 100 %.
create table operations.budgets (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    period text not null,                           -- Length of the budget period in UTC: day or month.
    amount numeric(14,4) not null,                  -- Maximum spending per period, in `currency`.
    currency text not null,                         -- ISO 4217 code; calls paid in another currency are not made.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    provider text not null default 'all',           -- Provider whose calls it limits; `all` is every provider,
                                                    -- together.

    primary key (organization_id, period, provider),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (period in ('day', 'month')),
    check (amount >= 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (provider <> '')
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
    verified_at timestamptz,           -- When all of its files were last read again; NULL if they never were.
    damage text,                       -- What was wrong with its files then; NULL if nothing was.
    copy_url text,                     -- The second place, which has a copy of it; NULL if it was not copied.
    copied_at timestamptz,             -- When the copy was complete; NULL if it was not copied.
    copy_verified_at timestamptz,      -- When all files of the copy were last read again, which copying itself does;
                                       -- NULL if it was not copied.
    copy_damage text,                  -- What was wrong with the files of the copy then; NULL if nothing was. A damaged
                                       -- copy is made again.
    copy_removed_at timestamptz,       -- When the copy was removed, because enough newer ones are kept; NULL as long as
                                       -- it is there.

    primary key (backup_id),
    unique (backup_name),
    check (backup_id ~ '^bkp-[0-9a-f]{8}$'),
    check (size_bytes > 0),
    check (manifest_hash ~ '^[0-9a-f]{64}$'),
    check (restore_seconds >= 0::numeric),
    check (finished_at >= started_at),
    check ((proven_at is null) = (is_proven is null)),
    check (not is_proven or num_nonnulls(restore_seconds) = 1),
    check (num_nonnulls(proof_problem) = case when not is_proven then 1 else 0 end),
    constraint backups_damage_was_seen check (num_nonnulls(damage) <= num_nonnulls(verified_at)),
    constraint backups_copy_has_a_place check (num_nonnulls(copy_url) = num_nonnulls(copied_at)),
    constraint backups_copy_was_verified check (num_nonnulls(copy_verified_at) = num_nonnulls(copied_at)),
    constraint backups_no_copy_has_no_state check (num_nonnulls(copied_at) = 1
        or num_nonnulls(copy_damage, copy_removed_at) = 0)
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

-- One row is the value from which on a problem of a kind has a severity. The lowest level of `replica_lag` is also how
-- many seconds a report waits for the replica.
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

-- One row is one thing that can be kept for a limited time, with what holds for organizations that have no row in
-- retention_policies. User-maintained. As shipped, everything is kept.
create table operations.retention_subjects (
    subject text not null,                        -- Name in commands and files, usually that of a table.
    table_name text,                              -- Table with its rows; NULL for what is in no table.
    time_column text,                             -- Column that tells how old a row is; NULL without a table.
    actions operations.retention_action[] not null,
                                                  -- What may happen to it.
    is_of_installation boolean not null default false,
                                                  -- True for what belongs to no organization, such as the event log of
                                                  -- Dagster.
    keep_months integer,                          -- How many whole months before the current one stay; NULL with
                                                  -- keep_days, and where everything is kept.
    keep_days integer,                            -- How many days stay; NULL with keep_months, and where everything is
                                                  -- kept.
    action operations.retention_action not null,  -- What happens then.
    grace_days integer not null default 7,        -- How many days the rows stay beside their archive, readable and
                                                  -- unchangeable.
    description text not null,                    -- What it is and what its end means, in one sentence.

    primary key (subject),
    check (subject ~ '^[a-z]+\.[a-z_]+$'),
    check (cardinality(actions) > 0),
    check (keep_months > 0),
    check (keep_days > 0),
    check (grace_days >= 0),
    check (description <> ''),
    check ((table_name is null) = (time_column is null)),
    check (num_nonnulls(keep_months, keep_days) <= 1),
    check (action = any (actions)),
    check (action <> 'archive' or keep_days is null)
);
create trigger retention_subjects_changes after insert or delete or update on operations.retention_subjects
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is how long one organization keeps one thing. User-maintained. Without a row, retention_subjects decides.
create table operations.retention_policies (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    subject text not null,                          -- What is kept; refers to retention_subjects.
    keep_months integer,                            -- How many whole months before the current one stay; NULL with
                                                    -- keep_days.
    keep_days integer,                              -- How many days stay; NULL with keep_months.
    action operations.retention_action not null,    -- What happens then.
    grace_days integer not null default 7,          -- How many days the rows stay beside their archive, readable and
                                                    -- unchangeable.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, subject),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (subject) references operations.retention_subjects (subject),
    check (keep_months > 0),
    check (keep_days > 0),
    check (grace_days >= 0),
    check (num_nonnulls(keep_months, keep_days) = 1),
    check (action <> 'archive' or keep_months is not null)
);
create index retention_policies_subject on operations.retention_policies (subject);
create trigger retention_policies_updated_at before update on operations.retention_policies
    for each row execute function tenancy.set_updated_at();
create trigger retention_policies_audit after insert or delete or update on operations.retention_policies
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one order to keep everything of an organization, or of some days. User-maintained. While it is not
-- released, no row of these days is removed or deleted, and the organization cannot be erased.
create table operations.legal_holds (
    organization_id text not null,               -- Organization that owns the row: first column of every key, and
                                                 -- checked by row-level security.
    hold_id text not null default tenancy.public_id('hld', nextval('operations.hold_id_sequence')),
                                                 -- Public id, such as hld-0a1b2c3d.
    profile_id text,                             -- Profile that it is about; NULL for everything. An archive has whole
                                                 -- months of an organization: they are held whole.
    held_from date,                              -- First UTC day that is held; NULL from the beginning.
    held_to date,                                -- Last UTC day that is held; NULL without end.
    reason text not null,                        -- Why, such as the number of the case.
    held_by text not null,                       -- Who ordered it: tenancy.current_actor().
    held_at timestamptz not null default now(),  -- When it was ordered.
    released_by text,                            -- Who released it; NULL while it holds.
    released_at timestamptz,                     -- When it was released; NULL while it holds.

    primary key (organization_id, hold_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id),
    check (hold_id ~ '^hld-[0-9a-f]{8}$'),
    check (reason <> ''),
    check (held_from <= held_to),
    check ((released_by is null) = (released_at is null))
);
create index legal_holds_profile on operations.legal_holds (organization_id, profile_id);
create trigger legal_holds_hold before delete on operations.legal_holds for each row
    when (old.released_at is null) execute function operations.keep_what_is_held();
create trigger legal_holds_audit after insert or delete or update on operations.legal_holds
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one month of one table and organization in one Parquet file, with what the file must have.
create table operations.archives (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    table_name text not null,                       -- Schema and name of the table.
    month date not null,                            -- First day of the UTC month.
    state operations.archive_state not null default 'written',
                                                    -- How far it is.
    path text not null,                             -- Path of the file, relative to SYNDICATION_ARCHIVE_URL.
    row_count bigint not null,                      -- Number of rows.
    sums jsonb not null,                            -- Sum of each counter over all rows: {"reactions": 1200}.
    days jsonb not null,                            -- Rows, checksum and sums of each UTC day: {"2025-01-31": {"rows":
                                                    -- 2, "checksum": 7, "sums": {"reactions": 1200}}}.
    checksum bigint not null,                       -- Sum of the first 32 bits of the MD5 of every row.
    size_bytes bigint not null,                     -- Size of the file in bytes.
    sha256 text not null,                           -- SHA-256 of the file.
    seconds numeric(10,3) not null,                 -- How long it took to write and to verify it.
    written_at timestamptz not null default now(),  -- When the file was verified and recorded.
    removable_at timestamptz not null,              -- End of the grace period.
    removed_at timestamptz,                         -- When the rows were removed from the table; NULL if they never
                                                    -- were.
    restored_at timestamptz,                        -- When the rows were restored; NULL unless they are.
    verified_at timestamptz not null default now(),
                                                    -- When the file was last found to be as it was written.
    problem text,                                   -- Why the file did not verify when it was last tried; NULL if it
                                                    -- did.

    primary key (organization_id, table_name, month),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (month = date_trunc('month', month::timestamp without time zone)::date),
    check (path <> ''),
    check (row_count > 0),
    check (jsonb_typeof(sums) = 'object'),
    check (jsonb_typeof(days) = 'object'),
    check (checksum >= 0),
    check (size_bytes > 0),
    check (sha256 ~ '^[0-9a-f]{64}$'),
    check (seconds >= 0::numeric),
    check (problem <> ''),
    check ((state = 'archived') <= (removed_at is not null)),
    check ((state = 'restored') = (restored_at is not null))
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select
create policy owner_sees_dropped
    on operations.archives for select to syndication_owner using (month = nullif(current_setting('app.dropped_month',
    true), '')::date);

-- One row is one request to a paid or limited API. It is reserved before the request, with its expected cost, and
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
    cost numeric(14,8),                          -- Cost of the reported usage in `currency`, or as the provider reports
                                                 -- it; NULL if it is unknown, and for calls that cost nothing.
    expected_cost numeric(14,8),                 -- Reserved cost in `currency`, until the call is settled, and
                                                 -- afterwards if its usage was not reported or reported as zero, else
                                                 -- NULL. Budgets count it; it is not a measured cost.
    currency text,                               -- ISO 4217 code of the cost; NULL without a price.
    price_version integer,                       -- Version of the price in api_prices that was applied; NULL if there
                                                 -- was none.
    is_successful boolean,                       -- Whether the call returned a response that is no error; NULL until it
                                                 -- is settled, and for ever if its process died before that.
    account_id text,                             -- Social account for which the call was made; NULL if it was made for
                                                 -- none.
    actor text,                                  -- Who made the call: tenancy.current_actor(); NULL if it was not
                                                 -- recorded.
    run_id text,                                 -- Dagster run; NULL for a call of the command line.
    status_code integer,                         -- HTTP status of the response; NULL without a response.
    quota_units integer not null default 1,      -- How much of the provider's quota the call uses, where the quota
                                                 -- counts units: 1 unless the provider documents more.
    units jsonb not null default '{}',           -- What the call has used or returned, by unit, as measured: {"bytes":
                                                 -- 20480, "items": 50}. Tokens have columns.
    rate_limits jsonb,                           -- Numbers and times of the rate limit in the headers of the response,
                                                 -- by header; NULL if it names none.

    primary key (organization_id, usage_id, used_at),
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
    check (status_code >= 100 and status_code <= 999),
    check (quota_units > 0),
    check (jsonb_typeof(units) = 'object'),
    check (jsonb_typeof(rate_limits) = 'object'),
    check (num_nonnulls(cost, expected_cost) <= 1),
    check (num_nonnulls(cost, expected_cost) = 0 or currency is not null),
    check (model is null or num_nonnulls(cost, expected_cost) = 0 or price_version is not null)
) partition by range (used_at);  -- one partition a month, such as api_usage_2026_01
create index api_usage_used_at on operations.api_usage (organization_id, used_at);
create index api_usage_provider on operations.api_usage (provider, used_at);
create index api_usage_costs on operations.api_usage (organization_id, used_at)
    include (provider, currency, cost, expected_cost) where num_nonnulls(cost, expected_cost) > 0;
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is how many requests or units of its own a provider allows in a window of time. No call passes it.
-- User-maintained.
create table operations.api_quotas (
    provider text not null,           -- The API provider, as in api_usage.
    unit text not null,               -- What is counted: requests, or units (api_usage.quota_units).
    counted_per text not null,        -- Whose calls are counted together: those of the installation, as for one key or
                                      -- address; of an organization; or of one social account.
    window_seconds integer not null,  -- Length of the window in seconds; it ends with each call, unless the quota has a
                                      -- reset_zone.
    amount integer not null,          -- Most requests or units in a window.
    reset_zone text,                  -- IANA time zone at whose midnight the provider resets a quota of a day; NULL for
                                      -- a window that ends with each call.
    source_url text,                  -- Page on which the provider states the quota; NULL if not noted.
    checked_on date,                  -- Day on which a person read the quota there; NULL if not noted.

    primary key (provider, unit, counted_per, window_seconds),
    check (provider <> ''),
    check (unit in ('requests', 'units')),
    check (counted_per in ('installation', 'organization', 'account')),
    check (window_seconds > 0),
    check (amount > 0),
    check (reset_zone is null or window_seconds = 86400)
);
create trigger api_quotas_changes after insert or delete or update on operations.api_quotas
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is what one unit of a paid call costs from a day on, such as one scraped item. It is what a call reserves;
-- the cost that the provider reports replaces it. User-maintained.
create table operations.api_unit_prices (
    provider text not null,         -- The API provider that charges for the calls.
    operation text not null,        -- Operation that is charged, as in api_usage.
    unit text not null,             -- What is charged, such as items.
    valid_from date not null,       -- First UTC day of the price, which applies until the valid_from of the next row.
    currency text not null,         -- ISO 4217 code of the amount.
    amount numeric(14,8) not null,  -- Price of one unit.
    source_url text,                -- Page on which the provider states the price; NULL if not noted.
    checked_on date,                -- Day on which a person read the price there; NULL if not noted.

    primary key (provider, operation, unit, valid_from),
    check (provider <> ''),
    check (operation <> ''),
    check (unit <> ''),
    check (currency ~ '^[A-Z]{3}$'),
    check (amount >= 0::numeric)
);
create trigger api_unit_prices_changes after insert or delete or update on operations.api_unit_prices
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is what an organization has used of one operation of one provider on one UTC day, and what it has cost.
create table operations.api_usage_daily (
    organization_id text not null,      -- Organization that owns the row: first column of every key, and checked by
                                        -- row-level security.
    activity_date date not null,        -- UTC day of the calls.
    provider text not null,             -- The API provider.
    operation text not null,            -- The purpose of the calls.
    currency text not null,             -- ISO 4217 code of the costs; XXX, the code for no currency, for calls without
                                        -- a price.
    calls bigint not null,              -- Number of calls.
    failures bigint not null,           -- Calls without a response, or with an error.
    unsettled bigint not null,          -- Calls whose end is not known: under way, or their process died.
    error_rate numeric generated always as (failures::numeric / nullif(calls - unsettled, 0)::numeric) stored,
                                        -- failures / (calls - unsettled); NULL if no call is settled.
    cost numeric(16,8),                 -- Known cost; NULL if no cost is known.
    expected_cost numeric(16,8),        -- Reserved cost of calls whose cost is unknown; NULL if there are none.
    average_ms numeric(12,1),           -- Average milliseconds until the response; NULL if none was measured.
    p95_ms numeric(12,1),               -- Milliseconds within which 95 % of the responses came; NULL if none was
                                        -- measured.
    input_tokens bigint,                -- Input tokens; NULL if not reported.
    output_tokens bigint,               -- Output tokens; NULL if not reported.
    quota_units bigint not null,        -- Units of the provider's quota.
    units jsonb not null default '{}',  -- Sums of the measured units, by unit.

    primary key (organization_id, activity_date, provider, operation, currency),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (currency ~ '^[A-Z]{3}$')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one execution of one step for one organization, and for one channel where the step counts by channel.
-- Executions that found nothing to do are one row a day.
create table operations.execution_history (
    organization_id text not null,                -- Organization that owns the row: first column of every key, and
                                                  -- checked by row-level security.
    execution_id text not null default tenancy.public_id('exe', nextval('operations.execution_id_sequence')),
                                                  -- Public id, such as exe-0a1b2c3d.
    process text not null,                        -- The work: fetching, selecting, writing, checking, approving,
                                                  -- planning, publishing, tagging.
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
    executed_on date not null,                    -- UTC day on which it began, or ended if its begin was not recorded.
                                                  -- An idle row counts this day.
    times integer not null default 1,             -- How often it looked on the day, for an idle row; 1 for other rows.

    primary key (organization_id, execution_id, executed_on),
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
    check (executed_on = (coalesce(started_at, finished_at) at time zone 'utc')::date),
    check (status = 'idle' or times = 1),
    check (num_nonnulls(cost, currency) <> 1),
    check (num_nonnulls(platform, channel_type) <> 1)
) partition by range (executed_on);  -- one partition a month, such as execution_history_2026_01
create index execution_history_time
    on operations.execution_history (organization_id, coalesce(started_at, finished_at));
create index execution_history_work on operations.execution_history (work_id) where status in ('running', 'killed');
create unique index execution_history_idle on operations.execution_history (organization_id, process, step, executed_on)
    where status = 'idle';
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
create index webhook_events_occurred_at on operations.webhook_events (organization_id, occurred_at);
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

-- One row is one UTC day of the whole database, as last measured on it. Numbers of PostgreSQL's statistics count from
-- statistics_since on.
create table operations.database_health_daily (
    measured_on date not null,                 -- UTC day.
    measured_at timestamptz not null,          -- When it was last measured on that day.
    server_version text not null,              -- Version of PostgreSQL.
    statistics_since timestamptz,              -- When the statistics of the database were last reset; NULL if they
                                               -- never were.
    database_bytes bigint,                     -- Size of the database; NULL if the login may not see it.
    connections integer not null,              -- Connections of clients to the whole server, when it was last measured.
    most_connections integer not null,         -- The most connections that a measurement of the day has seen.
    connections_limit integer not null,        -- How many connections the server accepts from logins that are no
                                               -- superuser.
    table_hits bigint not null,                -- Blocks of tables that were found in the cache.
    table_reads bigint not null,               -- Blocks of tables that had to be read.
    index_hits bigint not null,                -- Blocks of indexes that were found in the cache.
    index_reads bigint not null,               -- Blocks of indexes that had to be read.
    temporary_bytes bigint not null,           -- Bytes that statements wrote to temporary files.
    deadlocks bigint not null,                 -- Number of deadlocks.
    transaction_ids_used bigint not null,      -- Age of the oldest transaction id. Vacuum lowers it; the server stops
                                               -- writing before it reaches 2,147,483,648.
    oldest_transaction_seconds numeric,        -- How long the oldest open transaction has lasted; NULL if there is
                                               -- none, or the login may not see those of others.
    event_log_rows bigint,                     -- Events in the log of Dagster, as its planner estimates; NULL if it
                                               -- could not be reached.
    event_log_bytes bigint,                    -- Size of the event log of Dagster with its indexes; NULL if it could
                                               -- not be reached.
    not_measured jsonb not null default '{}',  -- Names of what could not be measured, each with the reason.

    primary key (measured_on),
    check (database_bytes >= 0),
    check (connections >= 0),
    check (most_connections >= connections),
    check (connections_limit > 0),
    check (table_hits >= 0),
    check (table_reads >= 0),
    check (index_hits >= 0),
    check (index_reads >= 0),
    check (temporary_bytes >= 0),
    check (deadlocks >= 0),
    check (oldest_transaction_seconds >= 0::numeric),
    check (event_log_rows >= 0),
    check (event_log_bytes >= 0),
    check (jsonb_typeof(not_measured) = 'object'),
    check (measured_on = (measured_at at time zone 'utc')::date)
);
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one table on one UTC day, as last measured on it. Partitions are summed in the row of their table.
create table operations.table_health_daily (
    measured_on date not null,              -- UTC day.
    table_name text not null,               -- Schema and name of the table.
    partitions integer not null,            -- Number of its partitions; 0 for a table without.
    live_rows bigint not null,              -- About how many rows it has.
    dead_rows bigint not null,              -- About how many deleted or replaced rows still take room until a vacuum.
    heap_bytes bigint not null,             -- Size of the rows, without indexes and long values.
    index_bytes bigint not null,            -- Size of its indexes.
    total_bytes bigint not null,            -- Size of everything, with indexes and long values.
    bloat_bytes bigint,                     -- How much of heap_bytes holds no rows; NULL if unknown, for a table that
                                            -- was never analyzed.
    bloat_source text,                      -- How bloat_bytes was found: `pgstattuple` looked into the pages,
                                            -- `statistics` estimated it from the width of columns, `dead rows` knows of
                                            -- rows before their vacuum only.
    sequential_scans bigint not null,       -- Scans of the whole table, since statistics_since of the day in
                                            -- database_health_daily.
    sequential_rows bigint not null,        -- Rows that these scans read.
    index_scans bigint not null,            -- Scans of its indexes.
    rows_changed bigint not null,           -- Rows that were inserted, updated or deleted.
    changed_since_analyze bigint not null,  -- Rows that have changed since the planner's statistics were last made.
    analyzed_at timestamptz,                -- When the statistics were last made, of the partition where that is
                                            -- longest ago; NULL if one has none.
    vacuumed_at timestamptz,                -- When it was last vacuumed, of the partition where that is longest ago;
                                            -- NULL if one never was.

    primary key (measured_on, table_name),
    check (table_name <> ''),
    check (partitions >= 0),
    check (live_rows >= 0),
    check (dead_rows >= 0),
    check (heap_bytes >= 0),
    check (index_bytes >= 0),
    check (total_bytes >= 0),
    check (bloat_bytes >= 0),
    check (bloat_source in ('pgstattuple', 'statistics', 'dead rows')),
    check (sequential_scans >= 0),
    check (sequential_rows >= 0),
    check (index_scans >= 0),
    check (rows_changed >= 0),
    check (changed_since_analyze >= 0),
    check (num_nonnulls(bloat_bytes, bloat_source) <> 1)
);
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one index on one UTC day, as last measured on it. Indexes of partitions are summed in the row of theirs.
create table operations.index_health_daily (
    measured_on date not null,        -- UTC day.
    index_name text not null,         -- Schema and name of the index.
    table_name text not null,         -- Schema and name of its table.
    index_bytes bigint not null,      -- Its size.
    scans bigint not null,            -- How often it was scanned, since statistics_since of the day in
                                      -- database_health_daily.
    unused_since date,                -- First day of those without a scan up to now; NULL if it was scanned since the
                                      -- measurement of the day before.
    is_valid boolean not null,        -- FALSE: a build that failed has left it, and no query uses it.
    is_required boolean not null,     -- TRUE: it enforces a key or is the identity of rows, so it stays even if nothing
                                      -- scans it.
    duplicate_of text,                -- Another index of the same columns, order and condition, which makes it
                                      -- needless; NULL if there is none.
    is_for_readers boolean not null,  -- FALSE: row-level security keeps readers from it, because a comparison or a
                                      -- function in it is not leakproof.

    primary key (measured_on, index_name),
    check (index_name <> ''),
    check (table_name <> ''),
    check (index_bytes >= 0),
    check (scans >= 0),
    check (unused_since <= measured_on)
);
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one expensive statement on one UTC day, without the values in it. From pg_stat_statements where the server
-- has it, else as it was seen running, once a minute.
create table operations.query_statistics_daily (
    measured_on date not null,              -- UTC day.
    query_id text not null,                 -- The same for the same text without values.
    source text not null,                   -- pg_stat_statements, which counts every call, or sampled, which sees what
                                            -- runs at the moment of a look.
    query text not null,                    -- The statement with parameters in place of all values; of what is no
                                            -- query, only its first words.
    role_name text,                         -- Role that ran it; NULL if it is gone.
    calls bigint,                           -- Calls since the server's statistics of statements were reset; NULL if
                                            -- sampled.
    total_milliseconds numeric,             -- How long these calls took together; NULL if sampled.
    longest_milliseconds numeric not null,  -- The longest call; if sampled, the longest that it was seen to run on this
                                            -- day.
    rows_returned bigint,                   -- Rows that the calls returned or changed; NULL if sampled.
    times_seen bigint,                      -- In how many looks of the day it was running; NULL unless sampled.
    plan text,                              -- How the planner would run it without knowing the values; it was not run
                                            -- for that. NULL if nobody asked, or it cannot be planned.
    plan_missing text,                      -- Why there is no plan; NULL if there is one, or nobody asked.

    primary key (measured_on, query_id, source),
    check (query_id ~ '^[0-9a-f]{16}$'),
    check (source in ('pg_stat_statements', 'sampled')),
    check (query <> ''),
    check (calls > 0),
    check (total_milliseconds >= 0::numeric),
    check (longest_milliseconds >= 0::numeric),
    check (rows_returned >= 0),
    check (times_seen > 0),
    check ((source = 'sampled') = (times_seen is not null)),
    check ((source = 'sampled') = (calls is null)),
    check ((source = 'sampled') = (total_milliseconds is null)),
    check (num_nonnulls(plan, plan_missing) <= 1)
);
-- no row-level security; pipeline: select, insert, update, delete

-- One row is one month of one table and organization that no longer changes, because an archive has it.
create view operations.closed_months (
    organization_id,  -- text: The organization.
    table_name,       -- text: Schema and name of the table.
    first_day,        -- date: First UTC day of the month.
    end_day,          -- date: The day after its last.
    begins_at,        -- timestamptz: When its first day begins.
    ends_at,          -- timestamptz: When its last day ends, exclusive.
    state             -- operations.archive_state: How far the archive is.
) with (security_invoker = true) as
select a.organization_id,
    a.table_name,
    a.month as first_day,
    n.month::date as end_day,
    (a.month::timestamp without time zone at time zone 'utc') as begins_at,
    (n.month at time zone 'utc') as ends_at,
    a.state
   from operations.archives a
     cross join lateral ( values (a.month + make_interval(months => 1))) n(month)
  where a.state <> 'restored';
-- pipeline: select; reader: select

-- One row is what an organization has used of one provider in one UTC month, and what it has cost, as far as its days
-- are computed.
create view operations.monthly_costs (
    organization_id,  -- text
    organization,     -- text: Slug of the organization.
    month,            -- date: First day of the month.
    provider,         -- text
    currency,         -- text: ISO 4217 code of the costs; XXX, the code for no currency, for calls without a price.
    calls,            -- numeric: Number of calls.
    failures,         -- numeric: Calls without a response, or with an error.
    quota_units,      -- numeric: Units of the provider's quota.
    cost,             -- numeric: Known cost; NULL if no cost is known.
    expected_cost     -- numeric: Reserved cost of calls whose cost is unknown; NULL if there are none.
) with (security_invoker = true) as
select d.organization_id,
    o.slug as organization,
    date_trunc('month', d.activity_date::timestamp without time zone)::date as month,
    d.provider,
    d.currency,
    sum(d.calls) as calls,
    sum(d.failures) as failures,
    sum(d.quota_units) as quota_units,
    sum(d.cost) as cost,
    sum(d.expected_cost) as expected_cost
   from operations.api_usage_daily d
     join tenancy.organizations o on d.organization_id = o.organization_id
  group by d.organization_id, o.slug, (date_trunc('month', d.activity_date::timestamp without time zone)::date),
      d.provider, d.currency;
-- pipeline: select; reader: select

-- The newest measurement of the database: at most one row. Its index hits and reads, and the ratio, are those since
-- compared_on, the newest measurement that is at least a day older, or since the statistics began if there is none.
create view operations.newest_database_health (
    measured_on,                 -- date
    measured_at,                 -- timestamptz
    server_version,              -- text
    statistics_since,            -- timestamptz
    compared_on,                 -- date
    days,                        -- numeric
    database_bytes,              -- bigint
    connections,                 -- integer
    most_connections,            -- integer
    connections_limit,           -- integer
    index_hits,                  -- bigint
    index_reads,                 -- bigint
    index_hit_ratio,             -- numeric
    table_hit_ratio,             -- numeric
    temporary_bytes,             -- bigint
    deadlocks,                   -- bigint
    transaction_ids_used,        -- bigint
    oldest_transaction_seconds,  -- numeric
    event_log_rows,              -- bigint
    event_log_bytes,             -- bigint
    not_measured                 -- jsonb
) with (security_invoker = true) as
select n.measured_on,
    n.measured_at,
    n.server_version,
    n.statistics_since,
    b.measured_on as compared_on,
    greatest(extract(epoch from n.measured_at - b.measured_at) / 86400::numeric, 1::numeric) as days,
    n.database_bytes,
    n.connections,
    n.most_connections,
    n.connections_limit,
    n.index_hits - f.index_hits as index_hits,
    n.index_reads - f.index_reads as index_reads,
    (n.index_hits - f.index_hits)::numeric / nullif(n.index_hits - f.index_hits + n.index_reads - f.index_reads,
        0)::numeric as index_hit_ratio,
    n.table_hits::numeric / nullif(n.table_hits + n.table_reads, 0)::numeric as table_hit_ratio,
    n.temporary_bytes,
    n.deadlocks,
    n.transaction_ids_used,
    n.oldest_transaction_seconds,
    n.event_log_rows,
    n.event_log_bytes,
    n.not_measured
   from ( select d.measured_on,
            d.measured_at,
            d.server_version,
            d.statistics_since,
            d.database_bytes,
            d.connections,
            d.most_connections,
            d.connections_limit,
            d.table_hits,
            d.table_reads,
            d.index_hits,
            d.index_reads,
            d.temporary_bytes,
            d.deadlocks,
            d.transaction_ids_used,
            d.oldest_transaction_seconds,
            d.event_log_rows,
            d.event_log_bytes,
            d.not_measured
           from operations.database_health_daily d
          order by d.measured_on desc
         limit 1) n
     left join lateral ( select d.measured_on,
            d.measured_at,
            d.server_version,
            d.statistics_since,
            d.database_bytes,
            d.connections,
            d.most_connections,
            d.connections_limit,
            d.table_hits,
            d.table_reads,
            d.index_hits,
            d.index_reads,
            d.temporary_bytes,
            d.deadlocks,
            d.transaction_ids_used,
            d.oldest_transaction_seconds,
            d.event_log_rows,
            d.event_log_bytes,
            d.not_measured
           from operations.database_health_daily d
          where d.measured_at <= (n.measured_at - make_interval(hours => 24))
          order by d.measured_on desc
         limit 1) b on true
     cross join lateral ( select
                case
                    when n.index_hits >= b.index_hits and n.index_reads >= b.index_reads then b.index_hits
                    else 0::bigint
                end as index_hits,
                case
                    when n.index_hits >= b.index_hits and n.index_reads >= b.index_reads then b.index_reads
                    else 0::bigint
                end as index_reads) f;
-- pipeline: select

-- The newest measurement of each table. Scans a day, rows a scan and growth are those since compared_on, NULL without a
-- measurement that is at least a day older.
create view operations.newest_table_health (
    measured_on,             -- date
    table_name,              -- text
    partitions,              -- integer
    live_rows,               -- bigint
    dead_rows,               -- bigint
    heap_bytes,              -- bigint
    index_bytes,             -- bigint
    total_bytes,             -- bigint
    bloat_bytes,             -- bigint
    bloat_source,            -- text
    sequential_scans,        -- bigint
    sequential_rows,         -- bigint
    index_scans,             -- bigint
    rows_changed,            -- bigint
    changed_since_analyze,   -- bigint
    analyzed_at,             -- timestamptz
    vacuumed_at,             -- timestamptz
    compared_on,             -- date
    days,                    -- numeric
    sequential_scans_a_day,  -- numeric
    rows_a_scan,             -- numeric
    bytes_grown,             -- bigint
    bloat_ratio,             -- numeric
    dead_ratio,              -- numeric
    changed_ratio            -- numeric
) with (security_invoker = true) as
select t.measured_on,
    t.table_name,
    t.partitions,
    t.live_rows,
    t.dead_rows,
    t.heap_bytes,
    t.index_bytes,
    t.total_bytes,
    t.bloat_bytes,
    t.bloat_source,
    t.sequential_scans,
    t.sequential_rows,
    t.index_scans,
    t.rows_changed,
    t.changed_since_analyze,
    t.analyzed_at,
    t.vacuumed_at,
    d.compared_on,
    d.days,
        case
            when b.table_name is null then null::bigint
            when t.sequential_scans >= b.sequential_scans then t.sequential_scans - b.sequential_scans
            else t.sequential_scans
        end::numeric / d.days as sequential_scans_a_day,
        case
            when b.table_name is null then null::numeric
            when t.sequential_scans >= b.sequential_scans then (t.sequential_rows - b.sequential_rows)::numeric /
                nullif(t.sequential_scans - b.sequential_scans, 0)::numeric
            else t.sequential_rows::numeric / nullif(t.sequential_scans, 0)::numeric
        end as rows_a_scan,
    t.total_bytes - b.total_bytes as bytes_grown,
    t.bloat_bytes::numeric / nullif(t.heap_bytes, 0)::numeric as bloat_ratio,
    t.dead_rows::numeric / nullif(t.live_rows + t.dead_rows, 0)::numeric as dead_ratio,
    t.changed_since_analyze::numeric / nullif(t.live_rows, 0)::numeric as changed_ratio
   from operations.newest_database_health d
     join operations.table_health_daily t on d.measured_on = t.measured_on
     left join operations.table_health_daily b on d.compared_on = b.measured_on and t.table_name = b.table_name;
-- pipeline: select

-- The expensive statements of the newest day. `milliseconds` is the mean of their calls, or the longest of a sampled
-- one; calls_since and milliseconds_since count from compared_on of newest_database_health on.
create view operations.newest_query_statistics (
    measured_on,           -- date
    query_id,              -- text
    source,                -- text
    query,                 -- text
    role_name,             -- text
    calls,                 -- bigint
    total_milliseconds,    -- numeric
    longest_milliseconds,  -- numeric
    rows_returned,         -- bigint
    times_seen,            -- bigint
    plan,                  -- text
    plan_missing,          -- text
    milliseconds,          -- numeric
    calls_since,           -- bigint
    milliseconds_since     -- numeric
) with (security_invoker = true) as
select q.measured_on,
    q.query_id,
    q.source,
    q.query,
    q.role_name,
    q.calls,
    q.total_milliseconds,
    q.longest_milliseconds,
    q.rows_returned,
    q.times_seen,
    q.plan,
    q.plan_missing,
    coalesce(q.total_milliseconds / q.calls::numeric, q.longest_milliseconds) as milliseconds,
        case
            when q.calls >= b.calls then q.calls - b.calls
            else q.calls
        end as calls_since,
        case
            when q.calls >= b.calls then q.total_milliseconds - b.total_milliseconds
            else q.total_milliseconds
        end as milliseconds_since
   from operations.newest_database_health d
     join operations.query_statistics_daily q on d.measured_on = q.measured_on
     left join operations.query_statistics_daily b on d.compared_on = b.measured_on and q.query_id = b.query_id
         and q.source = b.source;
-- pipeline: select

-- Connections of clients to the server at this moment, and how many it accepts from logins that are no superuser.
-- Helpers of parallel queries count where the role may not see what others' sessions are.
create view operations.connections_now (
    connections,       -- bigint
    connections_limit  -- integer
) with (security_invoker = true) as
select count(a.pid) as connections,
    l.connections_limit
   from ( select greatest(current_setting('max_connections')::integer -
       current_setting('superuser_reserved_connections')::integer - coalesce(current_setting('reserved_connections',
       true), '0')::integer, 1) as connections_limit) l
     left join pg_stat_activity a on a.datid is not null and a.usesysid is not null
         and coalesce(a.backend_type, 'client backend') = 'client backend'
  group by l.connections_limit;
-- pipeline: select

-- One row is one day of the weekly page on the database. What grew, and the ratio of index blocks that were in the
-- cache, are those since the day that was measured before.
create view operations.report_database_days (
    measured_on,           -- date
    week_start,            -- date
    database_bytes,        -- bigint
    bytes_grown,           -- bigint
    index_hit_ratio,       -- numeric
    most_connections,      -- integer
    connections_limit,     -- integer
    transaction_ids_used,  -- bigint
    event_log_rows,        -- bigint
    event_log_rows_grown,  -- bigint
    event_log_bytes,       -- bigint
    not_measured           -- jsonb
) with (security_invoker = true) as
select d.measured_on,
    w.week_start,
    d.database_bytes,
    d.database_bytes - lag(d.database_bytes) over days as bytes_grown,
        case
            when d.index_hits >= lag(d.index_hits) over days and d.index_reads >= lag(d.index_reads) over days then
                (d.index_hits - lag(d.index_hits) over days)::numeric / nullif(d.index_hits - lag(d.index_hits) over
                days + d.index_reads - lag(d.index_reads) over days, 0)::numeric
            else d.index_hits::numeric / nullif(d.index_hits + d.index_reads, 0)::numeric
        end as index_hit_ratio,
    d.most_connections,
    d.connections_limit,
    d.transaction_ids_used,
    d.event_log_rows,
    d.event_log_rows - lag(d.event_log_rows) over days as event_log_rows_grown,
    d.event_log_bytes,
    d.not_measured
   from operations.database_health_daily d
     cross join lateral ( select date_trunc('week', d.measured_on::timestamp without time zone)::date as week_start) w
  window days as (order by d.measured_on);
-- pipeline: select

-- One row is one table on the last measured day of a week, with its growth since the last day measured before the week.
create view operations.report_database_tables (
    week_start,             -- date
    measured_on,            -- date
    table_name,             -- text
    partitions,             -- integer
    live_rows,              -- bigint
    dead_rows,              -- bigint
    heap_bytes,             -- bigint
    index_bytes,            -- bigint
    total_bytes,            -- bigint
    bloat_bytes,            -- bigint
    bloat_source,           -- text
    sequential_scans,       -- bigint
    sequential_rows,        -- bigint
    index_scans,            -- bigint
    rows_changed,           -- bigint
    changed_since_analyze,  -- bigint
    analyzed_at,            -- timestamptz
    vacuumed_at,            -- timestamptz
    bytes_grown             -- bigint
) with (security_invoker = true) as
select distinct on ((date_trunc('week', t.measured_on::timestamp without time zone)::date),
    t.table_name) date_trunc('week', t.measured_on::timestamp without time zone)::date as week_start,
    t.measured_on,
    t.table_name,
    t.partitions,
    t.live_rows,
    t.dead_rows,
    t.heap_bytes,
    t.index_bytes,
    t.total_bytes,
    t.bloat_bytes,
    t.bloat_source,
    t.sequential_scans,
    t.sequential_rows,
    t.index_scans,
    t.rows_changed,
    t.changed_since_analyze,
    t.analyzed_at,
    t.vacuumed_at,
    t.total_bytes - b.total_bytes as bytes_grown
   from operations.table_health_daily t
     left join lateral ( select e.total_bytes
           from operations.table_health_daily e
          where e.table_name = t.table_name
              and e.measured_on < date_trunc('week', t.measured_on::timestamp without time zone)::date
          order by e.measured_on desc
         limit 1) b on true
  order by (date_trunc('week', t.measured_on::timestamp without time zone)::date), t.table_name, t.measured_on desc;
-- pipeline: select

-- One row is one index on the last measured day of a week.
create view operations.report_database_indexes (
    week_start,     -- date
    measured_on,    -- date
    index_name,     -- text
    table_name,     -- text
    index_bytes,    -- bigint
    scans,          -- bigint
    unused_since,   -- date
    is_valid,       -- boolean
    is_required,    -- boolean
    duplicate_of,   -- text
    is_for_readers  -- boolean
) with (security_invoker = true) as
select distinct on (w.week_start, i.index_name) w.week_start,
    i.measured_on,
    i.index_name,
    i.table_name,
    i.index_bytes,
    i.scans,
    i.unused_since,
    i.is_valid,
    i.is_required,
    i.duplicate_of,
    i.is_for_readers
   from operations.index_health_daily i
     cross join lateral ( select date_trunc('week', i.measured_on::timestamp without time zone)::date as week_start) w
  order by w.week_start, i.index_name, i.measured_on desc;
-- pipeline: select

-- One row is one expensive statement on the last day of a week on which it was measured.
create view operations.report_database_queries (
    week_start,            -- date
    measured_on,           -- date
    query_id,              -- text
    source,                -- text
    query,                 -- text
    role_name,             -- text
    calls,                 -- bigint
    total_milliseconds,    -- numeric
    longest_milliseconds,  -- numeric
    rows_returned,         -- bigint
    times_seen,            -- bigint
    plan,                  -- text
    plan_missing,          -- text
    milliseconds           -- numeric
) with (security_invoker = true) as
select distinct on (w.week_start, q.query_id, q.source) w.week_start,
    q.measured_on,
    q.query_id,
    q.source,
    q.query,
    q.role_name,
    q.calls,
    q.total_milliseconds,
    q.longest_milliseconds,
    q.rows_returned,
    q.times_seen,
    q.plan,
    q.plan_missing,
    coalesce(q.total_milliseconds / q.calls::numeric, q.longest_milliseconds) as milliseconds
   from operations.query_statistics_daily q
     cross join lateral ( select date_trunc('week', q.measured_on::timestamp without time zone)::date as week_start) w
  order by w.week_start, q.query_id, q.source, q.measured_on desc;
-- pipeline: select

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
    has_scope boolean;
begin
    if keys = '{}' or not columns @> keys then
        raise exception '% must have the primary key of % among its columns: %', computed, target, keys;
    end if;
    execute format('select count(*) from %s', computed) into rows_computed;
    execute format('select exists (select from %s)', scope) into has_scope;
    if has_scope then
        execute format('analyze %s', scope);
    end if;
    -- Most tables have nothing on most days: then there are no keys to look up and no rows to write.
    if rows_computed = 0 then
        rows_written := 0;
        rows_removed := 0;
        if has_scope then
            execute format('delete from %s t using %s s where %s', target, scope, in_scope);
            get diagnostics rows_removed = row_count;
        end if;
        return next;
        return;
    end if;
    -- Only the keys: statistics of wide columns would cost more than they save.
    execute format('analyze %s (%s)', computed, array_to_string(keys, ', '));
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

-- Refuses to delete a legal hold that nobody has released, and with it the erasure of its organization.
create function operations.keep_what_is_held()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'A legal hold (%) keeps the organization %', old.hold_id, old.organization_id
        using errcode = 'restrict_violation';
end
$$;
-- execute: only its owner

-- The partition of a month; NULL if the table is not partitioned or the month has none.
create function operations.month_partition(parent_table regclass, first_day date)
returns regclass language sql stable set search_path to 'pg_catalog', 'pg_temp' set "TimeZone" to 'UTC'
as $$
    select c.oid::regclass
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where
        i.inhparent = parent_table
        and pg_get_expr(c.relpartbound, c.oid) like format(
            'FOR VALUES FROM (''%s%%'') TO (''%s%%'')', first_day, (first_day + interval '1 month')::date
        )
$$;
-- pipeline: execute

-- Drops the partition of a month, and returns its number of rows. The function runs as its owner, so it only accepts a
-- month whose rows are all in archives.
create function operations.drop_archived_month(parent_table regclass, first_day date)
returns bigint language plpgsql security definer set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    partition regclass := operations.month_partition(parent_table, first_day);
    found record;
    rows_dropped bigint := 0;
begin
    if partition is null or not exists (
        select from operations.partitioned_tables t where to_regclass(t.table_name) = parent_table
    ) then
        raise exception '% has no partition for %', parent_table, first_day using errcode = 'undefined_table';
    end if;
    perform set_config('app.dropped_month', first_day::text, true);
    -- Forced row-level security hides the rows from their owner too; an error takes this back.
    execute format('alter table %s no force row level security', partition);
    for found in execute format('select organization_id, count(*) as row_count from %s group by 1', partition) loop
        if not exists (
            select from operations.archives a
            where
                a.organization_id = found.organization_id
                and to_regclass(a.table_name) = parent_table
                and a.month = first_day
                and a.state = 'written'
                and a.row_count = found.row_count
        ) then
            raise exception '% has % rows of % that are in no archive', partition, found.row_count,
                found.organization_id using errcode = 'object_in_use';
        end if;
        rows_dropped := rows_dropped + found.row_count;
    end loop;
    execute format('drop table %s', partition);
    perform set_config('app.dropped_month', '', true);
    return rows_dropped;
end
$$;
-- pipeline: execute

-- One row is one budget in the UTC day or month of the moment, with what is used of it: spent, and expected for calls
-- of unknown cost or under way; and with what will be used in the whole period if it goes on like this. used_percent is
-- NULL for an amount of zero.
create function operations.budgets_used(moment timestamptz)
returns table(organization_id text, period text, provider text, amount numeric, currency text, starts_at timestamptz,
    ends_at timestamptz, spent numeric, expected numeric, used numeric, used_percent numeric,
    projected numeric) language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select * from operations.budgets_of(null, moment)
$$;
-- pipeline: execute; reader: execute

-- When the window of a quota that contains the moment began: calls after it count.
create function operations.quota_window_start(quota operations.api_quotas, moment timestamptz)
returns timestamptz language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case
        when quota.reset_zone is null then moment - make_interval(secs => quota.window_seconds)
        else date_trunc('day', moment at time zone quota.reset_zone) at time zone quota.reset_zone
    end
$$;
-- pipeline: execute; reader: execute

-- One row is one quota with what its window has used at a moment, of whose calls it counts together: organization and
-- account are NULL for the whole installation. A quota that nothing has used has no row.
create function operations.quotas_used(moment timestamptz)
returns table(provider text, unit text, counted_per text, window_seconds integer, amount integer, organization_id text,
    account_id text, used bigint, used_percent numeric,
    starts_at timestamptz) language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select
        q.provider,
        q.unit,
        q.counted_per,
        q.window_seconds,
        q.amount,
        u.organization_id,
        u.account_id,
        u.used,
        100.0 * u.used / q.amount,
        operations.quota_window_start(q, moment)
    from operations.api_quotas as q
    cross join lateral (
        select
            case when q.counted_per <> 'installation' then c.organization_id end as organization_id,
            case when q.counted_per = 'account' then c.account_id end as account_id,
            sum(case when q.unit = 'units' then c.quota_units else 1 end) as used
        from operations.api_usage as c
        where
            c.provider = q.provider
            and c.used_at >= operations.quota_window_start(q, moment)
            and c.used_at <= moment
        group by 1, 2
    ) as u
$$;
-- pipeline: execute; reader: execute

-- Why no quota of its provider allows the call now, and when one will: no row if all do. The caller holds the lock of
-- the provider.
create function operations.quota_problem(call jsonb, moment timestamptz)
returns table(problem text, free_at timestamptz) language plpgsql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
declare
    quota operations.api_quotas;
    wanted bigint;
    used_units bigint;
    window_start timestamptz;
begin
    for quota in
        select * from operations.api_quotas q where q.provider = call ->> 'provider' order by q.window_seconds desc
    loop
        wanted := case when quota.unit = 'units' then coalesce((call ->> 'quota_units')::bigint, 1) else 1 end;
        window_start := operations.quota_window_start(quota, moment);
        select coalesce(sum(case when quota.unit = 'units' then u.quota_units else 1 end), 0) into used_units
        from operations.api_usage u
        where
            u.provider = quota.provider
            and u.used_at >= window_start
            and (quota.counted_per = 'installation' or u.organization_id = call ->> 'organization_id')
            and (quota.counted_per <> 'account' or u.account_id is not distinct from call ->> 'account_id');
        continue when used_units + wanted <= quota.amount;
        if quota.reset_zone is not null then
            free_at := (
                date_trunc('day', moment at time zone quota.reset_zone) + interval '1 day'
            ) at time zone quota.reset_zone;
        else
            -- When enough of the calls of the window are older than the window.
            select min(freed.used_at) + make_interval(secs => quota.window_seconds) into free_at
            from (
                select
                    u.used_at,
                    sum(case when quota.unit = 'units' then u.quota_units else 1 end)
                        over (order by u.used_at, u.usage_id) as units
                from operations.api_usage u
                where
                    u.provider = quota.provider
                    and u.used_at >= window_start
                    and (quota.counted_per = 'installation' or u.organization_id = call ->> 'organization_id')
                    and (quota.counted_per <> 'account' or u.account_id is not distinct from call ->> 'account_id')
            ) as freed
            where freed.units >= used_units + wanted - quota.amount;
        end if;
        problem := format(
            'The quota of %s is used up: %s of %s %s in %s seconds%s. It is free again at %s UTC.',
            quota.provider,
            used_units,
            quota.amount,
            quota.unit,
            quota.window_seconds,
            case quota.counted_per when 'installation' then '' else ' for the ' || quota.counted_per end,
            to_char(free_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS')
        );
        return next;
        return;
    end loop;
end
$$;
-- pipeline: execute

-- Why no budget of its organization allows a call of an expected cost; NULL if all do. The caller holds the lock of the
-- organization's budgets.
create function operations.budget_problem(call jsonb, expected numeric, currency text, moment timestamptz)
returns text language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select case
        when budget_problem.expected is null then format(
            '%s has a budget, but the price of %s of %s is unknown: add it with `syndication unit-price add`.',
            o.slug, call ->> 'operation', call ->> 'provider'
        )
        when b.currency <> budget_problem.currency then format(
            '%s has a budget in %s, but %s is paid in %s: set the amount for the %s in %s.',
            o.slug, b.currency, call ->> 'provider', budget_problem.currency, b.period, budget_problem.currency
        )
        else format(
            'The budget of %s for the %s is used up%s: %s used of %s %s, and this call may cost %s. Raise it with '
            '`syndication budget edit`, or wait for the next %s.',
            o.slug, b.period, case when b.provider = 'all' then '' else ' for ' || b.provider end,
            round(b.used, 4), b.amount, b.currency, round(budget_problem.expected, 4), b.period
        )
    end
    from operations.budgets_of(call ->> 'organization_id', moment) as b
    inner join tenancy.organizations as o on b.organization_id = o.organization_id
    where
        b.organization_id = call ->> 'organization_id'
        and b.provider in ('all', call ->> 'provider')
        and (
            budget_problem.expected is null
            or b.currency <> budget_problem.currency
            or b.used + budget_problem.expected > b.amount
        )
    order by b.period, b.provider
    limit 1
$$;
-- pipeline: execute

-- Reserves calls before they are made: a row of api_usage each, and the ids in the order of the calls; or, instead of
-- the id, why a quota or a budget does not allow the call, and when it will. Locks are held until the transaction ends,
-- so any number of processes together stay within quotas and budgets. A call is an object of organization_id, provider,
-- operation, and optionally model, account_id, run_id, used_at, quota_units, expected_cost with currency and
-- price_version, or priced_units: the units that it may use at most, which are paid by api_unit_prices.
create function operations.reserve_calls(calls jsonb)
returns table(usage_id text, used_at timestamptz, problem text,
    free_at timestamptz) language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
#variable_conflict use_column
declare
    call jsonb;
    lock_key integer;
    moment timestamptz;
    is_paid boolean := false;
    expected numeric;
    charged_in text;
    new_id text;
    problem_found text;
    free_from timestamptz;
begin
    -- In one order, so that two processes never wait for each other.
    for lock_key in
        select distinct hashtext('quota of ' || (c ->> 'provider'))
        from jsonb_array_elements(calls) as c
        where exists (select from operations.api_quotas q where q.provider = c ->> 'provider')
        union
        select distinct hashtext('budget of ' || (c ->> 'organization_id'))
        from jsonb_array_elements(calls) as c
        where c -> 'priced_units' is not null or c ->> 'expected_cost' is not null
        order by 1
    loop
        perform pg_advisory_xact_lock(hashtext('api usage'), lock_key);
    end loop;
    -- After the locks: what others have reserved meanwhile is older.
    moment := clock_timestamp();
    if to_regclass('operations.api_usage_' || to_char(moment at time zone 'utc', 'YYYY_MM')) is null then
        perform operations.ensure_month_partitions(
            'operations.api_usage', (moment at time zone 'utc')::date, (moment at time zone 'utc')::date
        );
    end if;
    for call in select value from jsonb_array_elements(calls) loop
        problem_found := null;
        free_from := null;
        expected := (call ->> 'expected_cost')::numeric;
        charged_in := call ->> 'currency';
        select p.problem, p.free_at into problem_found, free_from from operations.quota_problem(call, moment) as p;
        if problem_found is null and call -> 'priced_units' is not null then
            is_paid := true;
            select sum(price.amount * wanted.value::numeric), min(price.currency) into expected, charged_in
            from jsonb_each_text(call -> 'priced_units') as wanted
            cross join lateral (
                select p.amount, p.currency
                from operations.api_unit_prices p
                where
                    p.provider = call ->> 'provider'
                    and p.operation = call ->> 'operation'
                    and p.unit = wanted.key
                    and p.valid_from <= (moment at time zone 'utc')::date
                order by p.valid_from desc
                limit 1
            ) as price;
        end if;
        if problem_found is null and (call -> 'priced_units' is not null or expected is not null) then
            problem_found := operations.budget_problem(call, expected, charged_in, moment);
        end if;
        is_paid := is_paid or expected is not null;
        new_id := null;
        if problem_found is null then
            insert into operations.api_usage (
                organization_id, provider, operation, model, used_at, expected_cost, currency, price_version,
                account_id, actor, run_id, quota_units
            ) values (
                call ->> 'organization_id',
                call ->> 'provider',
                call ->> 'operation',
                call ->> 'model',
                coalesce((call ->> 'used_at')::timestamptz, moment),
                expected,
                charged_in,
                (call ->> 'price_version')::integer,
                call ->> 'account_id',
                tenancy.current_actor(),
                call ->> 'run_id',
                coalesce((call ->> 'quota_units')::integer, 1)
            ) returning api_usage.usage_id into new_id;
        end if;
        return query select new_id, coalesce((call ->> 'used_at')::timestamptz, moment), problem_found, free_from;
    end loop;
    if not is_paid then
        -- Losing the last of these rows with the server costs no money, and waiting for the disk costs time.
        perform set_config('synchronous_commit', 'off', true);
    end if;
end
$$;
-- pipeline: execute

-- Writes what calls have used and cost to their rows, each at most once in the list. What is NULL stays as it is, so
-- settling a call again changes nothing, and a cost that is known later can be added.
create function operations.settle_calls(calls jsonb)
returns void language sql set search_path to 'pg_catalog', 'pg_temp'
as $$
    update operations.api_usage as u
    set
        is_successful = coalesce(c.is_successful, u.is_successful),
        status_code = coalesce(c.status_code, u.status_code),
        latency_ms = coalesce(c.latency_ms, u.latency_ms),
        units = u.units || coalesce(c.units, '{}'),
        rate_limits = coalesce(c.rate_limits, u.rate_limits),
        cost = coalesce(c.cost, u.cost),
        currency = coalesce(c.currency, u.currency),
        expected_cost = case
            when coalesce(c.cost, u.cost) is null and coalesce(c.may_have_cost, true) then u.expected_cost
        end
    from jsonb_to_recordset(calls) as c (
        organization_id text,
        usage_id text,
        used_at timestamptz,
        is_successful boolean,
        status_code integer,
        latency_ms integer,
        units jsonb,
        rate_limits jsonb,
        cost numeric(14, 8),
        currency text,
        may_have_cost boolean
    )
    where u.organization_id = c.organization_id and u.usage_id = c.usage_id and u.used_at = c.used_at
$$;
-- pipeline: execute

-- Whether the route tells of the alert, at once or in its digest.
create function operations.tells_of(route operations.alert_routes, alert operations.alerts)
returns boolean language sql immutable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select
        route.organization_id = alert.organization_id
        and (route.tells_of_installation or not alert.is_of_installation)
        and alert.severity >= route.minimum_severity
        and (route.kind is null or route.kind = alert.kind)
        -- A route cannot tell of its own failure.
        and (alert.kind <> 'delivery_fails' or alert.subject <> route.route_name);
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

-- Like budgets_used(moment), of one organization, or of all for NULL.
create function operations.budgets_of(of_organization text, moment timestamptz)
returns table(organization_id text, period text, provider text, amount numeric, currency text, starts_at timestamptz,
    ends_at timestamptz, spent numeric, expected numeric, used numeric, used_percent numeric,
    projected numeric) language sql stable set search_path to 'pg_catalog', 'pg_temp'
as $$
    select
        b.organization_id,
        b.period,
        b.provider,
        b.amount,
        b.currency,
        span.starts_at,
        span.ends_at,
        total.spent,
        total.expected,
        total.spent + total.expected,
        case when b.amount > 0 then 100 * (total.spent + total.expected) / b.amount end,
        -- The first hundredth of a period says too little about the rest.
        (total.spent + total.expected) / greatest(
            extract(epoch from moment - span.starts_at) / extract(epoch from span.ends_at - span.starts_at), 0.01
        )
    from operations.budgets as b
    cross join lateral (
        select
            date_trunc(b.period, moment at time zone 'utc') at time zone 'utc' as starts_at,
            (date_trunc(b.period, moment at time zone 'utc') + ('1 ' || b.period)::interval) at time zone 'utc'
                as ends_at
    ) as span
    cross join lateral (
        select coalesce(sum(u.cost), 0) as spent, coalesce(sum(u.expected_cost), 0) as expected
        from operations.api_usage as u
        where
            u.organization_id = b.organization_id
            and u.used_at >= span.starts_at
            and u.used_at < span.ends_at
            and num_nonnulls(u.cost, u.expected_cost) > 0
            and u.currency = b.currency
            and (b.provider = 'all' or u.provider = b.provider)
    ) as total
    where of_organization is null or b.organization_id = of_organization
$$;
-- pipeline: execute; reader: execute

create sequence operations.usage_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.execution_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.backup_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.alert_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.route_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.delivery_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.hold_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.webhook_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence operations.event_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
