-- The project measures its own database: one row a day of the database, of each table, of each index and of each
-- expensive statement. Problems, checks, metrics, the command and the weekly page read these rows.

set local role syndication_owner;

create table operations.database_health_daily (
    measured_on date primary key,
    measured_at timestamptz not null,
    server_version text not null,
    statistics_since timestamptz,
    database_bytes bigint check (database_bytes >= 0),
    connections integer not null check (connections >= 0),
    most_connections integer not null check (most_connections >= connections),
    connections_limit integer not null check (connections_limit > 0),
    table_hits bigint not null check (table_hits >= 0),
    table_reads bigint not null check (table_reads >= 0),
    index_hits bigint not null check (index_hits >= 0),
    index_reads bigint not null check (index_reads >= 0),
    temporary_bytes bigint not null check (temporary_bytes >= 0),
    deadlocks bigint not null check (deadlocks >= 0),
    transaction_ids_used bigint not null,
    oldest_transaction_seconds numeric check (oldest_transaction_seconds >= 0),
    event_log_rows bigint check (event_log_rows >= 0),
    event_log_bytes bigint check (event_log_bytes >= 0),
    not_measured jsonb not null default '{}' check (jsonb_typeof(not_measured) = 'object'),
    check (measured_on = (measured_at at time zone 'utc')::date)
);

comment on table operations.database_health_daily is
'One row is one UTC day of the whole database, as last measured on it. Numbers of PostgreSQL''s statistics count from '
'statistics_since on.';
comment on column operations.database_health_daily.measured_on is 'UTC day.';
comment on column operations.database_health_daily.measured_at is 'When it was last measured on that day.';
comment on column operations.database_health_daily.server_version is 'Version of PostgreSQL.';
comment on column operations.database_health_daily.statistics_since is
'When the statistics of the database were last reset; NULL if they never were.';
comment on column operations.database_health_daily.database_bytes is
'Size of the database; NULL if the login may not see it.';
comment on column operations.database_health_daily.connections is
'Connections of clients to the whole server, when it was last measured.';
comment on column operations.database_health_daily.most_connections is
'The most connections that a measurement of the day has seen.';
comment on column operations.database_health_daily.connections_limit is
'How many connections the server accepts from logins that are no superuser.';
comment on column operations.database_health_daily.table_hits is 'Blocks of tables that were found in the cache.';
comment on column operations.database_health_daily.table_reads is 'Blocks of tables that had to be read.';
comment on column operations.database_health_daily.index_hits is 'Blocks of indexes that were found in the cache.';
comment on column operations.database_health_daily.index_reads is 'Blocks of indexes that had to be read.';
comment on column operations.database_health_daily.temporary_bytes is 'Bytes that statements wrote to temporary files.';
comment on column operations.database_health_daily.deadlocks is 'Number of deadlocks.';
comment on column operations.database_health_daily.transaction_ids_used is
'Age of the oldest transaction id. Vacuum lowers it; the server stops writing before it reaches 2,147,483,648.';
comment on column operations.database_health_daily.oldest_transaction_seconds is
'How long the oldest open transaction has lasted; NULL if there is none, or the login may not see those of others.';
comment on column operations.database_health_daily.event_log_rows is
'Events in the log of Dagster, as its planner estimates; NULL if it could not be reached.';
comment on column operations.database_health_daily.event_log_bytes is
'Size of the event log of Dagster with its indexes; NULL if it could not be reached.';
comment on column operations.database_health_daily.not_measured is
'Names of what could not be measured, each with the reason.';

create table operations.table_health_daily (
    measured_on date not null,
    table_name text not null check (table_name <> ''),
    partitions integer not null check (partitions >= 0),
    live_rows bigint not null check (live_rows >= 0),
    dead_rows bigint not null check (dead_rows >= 0),
    heap_bytes bigint not null check (heap_bytes >= 0),
    index_bytes bigint not null check (index_bytes >= 0),
    total_bytes bigint not null check (total_bytes >= 0),
    bloat_bytes bigint check (bloat_bytes >= 0),
    bloat_source text check (bloat_source in ('pgstattuple', 'statistics', 'dead rows')),
    sequential_scans bigint not null check (sequential_scans >= 0),
    sequential_rows bigint not null check (sequential_rows >= 0),
    index_scans bigint not null check (index_scans >= 0),
    rows_changed bigint not null check (rows_changed >= 0),
    changed_since_analyze bigint not null check (changed_since_analyze >= 0),
    analyzed_at timestamptz,
    vacuumed_at timestamptz,
    primary key (measured_on, table_name),
    check (num_nonnulls(bloat_bytes, bloat_source) <> 1)
);

comment on table operations.table_health_daily is
'One row is one table on one UTC day, as last measured on it. Partitions are summed in the row of their table.';
comment on column operations.table_health_daily.measured_on is 'UTC day.';
comment on column operations.table_health_daily.table_name is 'Schema and name of the table.';
comment on column operations.table_health_daily.partitions is 'Number of its partitions; 0 for a table without.';
comment on column operations.table_health_daily.live_rows is 'About how many rows it has.';
comment on column operations.table_health_daily.dead_rows is
'About how many deleted or replaced rows still take room until a vacuum.';
comment on column operations.table_health_daily.heap_bytes is 'Size of the rows, without indexes and long values.';
comment on column operations.table_health_daily.index_bytes is 'Size of its indexes.';
comment on column operations.table_health_daily.total_bytes is 'Size of everything, with indexes and long values.';
comment on column operations.table_health_daily.bloat_bytes is
'How much of heap_bytes holds no rows; NULL if unknown, for a table that was never analyzed.';
comment on column operations.table_health_daily.bloat_source is
'How bloat_bytes was found: `pgstattuple` looked into the pages, `statistics` estimated it from the width of columns, '
'`dead rows` knows of rows before their vacuum only.';
comment on column operations.table_health_daily.sequential_scans is
'Scans of the whole table, since statistics_since of the day in database_health_daily.';
comment on column operations.table_health_daily.sequential_rows is 'Rows that these scans read.';
comment on column operations.table_health_daily.index_scans is 'Scans of its indexes.';
comment on column operations.table_health_daily.rows_changed is 'Rows that were inserted, updated or deleted.';
comment on column operations.table_health_daily.changed_since_analyze is
'Rows that have changed since the planner''s statistics were last made.';
comment on column operations.table_health_daily.analyzed_at is
'When the statistics were last made, of the partition where that is longest ago; NULL if one has none.';
comment on column operations.table_health_daily.vacuumed_at is
'When it was last vacuumed, of the partition where that is longest ago; NULL if one never was.';

create table operations.index_health_daily (
    measured_on date not null,
    index_name text not null check (index_name <> ''),
    table_name text not null check (table_name <> ''),
    index_bytes bigint not null check (index_bytes >= 0),
    scans bigint not null check (scans >= 0),
    unused_since date,
    is_valid boolean not null,
    is_required boolean not null,
    duplicate_of text,
    is_for_readers boolean not null,
    primary key (measured_on, index_name),
    check (unused_since <= measured_on)
);

comment on table operations.index_health_daily is
'One row is one index on one UTC day, as last measured on it. Indexes of partitions are summed in the row of theirs.';
comment on column operations.index_health_daily.measured_on is 'UTC day.';
comment on column operations.index_health_daily.index_name is 'Schema and name of the index.';
comment on column operations.index_health_daily.table_name is 'Schema and name of its table.';
comment on column operations.index_health_daily.index_bytes is 'Its size.';
comment on column operations.index_health_daily.scans is
'How often it was scanned, since statistics_since of the day in database_health_daily.';
comment on column operations.index_health_daily.unused_since is
'First day of those without a scan up to now; NULL if it was scanned since the measurement of the day before.';
comment on column operations.index_health_daily.is_valid is
'FALSE: a build that failed has left it, and no query uses it.';
comment on column operations.index_health_daily.is_required is
'TRUE: it enforces a key or is the identity of rows, so it stays even if nothing scans it.';
comment on column operations.index_health_daily.duplicate_of is
'Another index of the same columns, order and condition, which makes it needless; NULL if there is none.';
comment on column operations.index_health_daily.is_for_readers is
'FALSE: row-level security keeps readers from it, because a comparison or a function in it is not leakproof.';

create table operations.query_statistics_daily (
    measured_on date not null,
    query_id text not null check (query_id ~ '^[0-9a-f]{16}$'),
    source text not null check (source in ('pg_stat_statements', 'sampled')),
    query text not null check (query <> ''),
    role_name text,
    calls bigint check (calls > 0),
    total_milliseconds numeric check (total_milliseconds >= 0),
    longest_milliseconds numeric not null check (longest_milliseconds >= 0),
    rows_returned bigint check (rows_returned >= 0),
    times_seen bigint check (times_seen > 0),
    plan text,
    plan_missing text,
    primary key (measured_on, query_id, source),
    check ((source = 'sampled') = (times_seen is not null)),
    check ((source = 'sampled') = (calls is null)),
    check ((source = 'sampled') = (total_milliseconds is null)),
    check (num_nonnulls(plan, plan_missing) <= 1)
);

comment on table operations.query_statistics_daily is
'One row is one expensive statement on one UTC day, without the values in it. From pg_stat_statements where the server '
'has it, else as it was seen running, once a minute.';
comment on column operations.query_statistics_daily.measured_on is 'UTC day.';
comment on column operations.query_statistics_daily.query_id is 'The same for the same text without values.';
comment on column operations.query_statistics_daily.source is
'pg_stat_statements, which counts every call, or sampled, which sees what runs at the moment of a look.';
comment on column operations.query_statistics_daily.query is
'The statement with parameters in place of all values; of what is no query, only its first words.';
comment on column operations.query_statistics_daily.role_name is 'Role that ran it; NULL if it is gone.';
comment on column operations.query_statistics_daily.calls is
'Calls since the server''s statistics of statements were reset; NULL if sampled.';
comment on column operations.query_statistics_daily.total_milliseconds is
'How long these calls took together; NULL if sampled.';
comment on column operations.query_statistics_daily.longest_milliseconds is
'The longest call; if sampled, the longest that it was seen to run on this day.';
comment on column operations.query_statistics_daily.rows_returned is
'Rows that the calls returned or changed; NULL if sampled.';
comment on column operations.query_statistics_daily.times_seen is
'In how many looks of the day it was running; NULL unless sampled.';
comment on column operations.query_statistics_daily.plan is
'How the planner would run it without knowing the values; it was not run for that. NULL if nobody asked, or it cannot '
'be planned.';
comment on column operations.query_statistics_daily.plan_missing is
'Why there is no plan; NULL if there is one, or nobody asked.';

grant select, insert, update, delete
on operations.database_health_daily, operations.table_health_daily, operations.index_health_daily,
operations.query_statistics_daily
to syndication_pipeline;

-- What these tables say of the newest measurement. Rates compare it with the newest one that is at least a day older:
-- within a day, work of the night would look like work of an hour.
create view operations.newest_database_health with (security_invoker = true) as
select
    n.measured_on,
    n.measured_at,
    n.server_version,
    n.statistics_since,
    b.measured_on as compared_on,
    greatest(extract(epoch from n.measured_at - b.measured_at) / 86400, 1) as days,
    n.database_bytes,
    n.connections,
    n.most_connections,
    n.connections_limit,
    n.index_hits - f.index_hits as index_hits,
    n.index_reads - f.index_reads as index_reads,
    (n.index_hits - f.index_hits)::numeric
    / nullif(n.index_hits - f.index_hits + n.index_reads - f.index_reads, 0) as index_hit_ratio,
    n.table_hits::numeric / nullif(n.table_hits + n.table_reads, 0) as table_hit_ratio,
    n.temporary_bytes,
    n.deadlocks,
    n.transaction_ids_used,
    n.oldest_transaction_seconds,
    n.event_log_rows,
    n.event_log_bytes,
    n.not_measured
from (
    select d.*
    from operations.database_health_daily as d
    order by d.measured_on desc
    limit 1
) as n
left join lateral (
    select d.*
    from operations.database_health_daily as d
    where d.measured_at <= n.measured_at - make_interval(hours => 24)
    order by d.measured_on desc
    limit 1
) as b on true
-- What was counted before; nothing if the counts began anew.
cross join lateral (
    select
        case when n.index_hits >= b.index_hits and n.index_reads >= b.index_reads then b.index_hits else 0 end
            as index_hits,
        case when n.index_hits >= b.index_hits and n.index_reads >= b.index_reads then b.index_reads else 0 end
            as index_reads
) as f;

comment on view operations.newest_database_health is
'The newest measurement of the database: at most one row. Its index hits and reads, and the ratio, are those since '
'compared_on, the newest measurement that is at least a day older, or since the statistics began if there is none.';

create view operations.newest_table_health with (security_invoker = true) as
select
    t.*,
    d.compared_on,
    d.days,
    case
        when b.table_name is null then null
        when t.sequential_scans >= b.sequential_scans then t.sequential_scans - b.sequential_scans
        else t.sequential_scans
    end / d.days as sequential_scans_a_day,
    case
        when b.table_name is null then null
        when t.sequential_scans >= b.sequential_scans
            then (t.sequential_rows - b.sequential_rows)::numeric / nullif(t.sequential_scans - b.sequential_scans, 0)
        else t.sequential_rows::numeric / nullif(t.sequential_scans, 0)
    end as rows_a_scan,
    t.total_bytes - b.total_bytes as bytes_grown,
    t.bloat_bytes::numeric / nullif(t.heap_bytes, 0) as bloat_ratio,
    t.dead_rows::numeric / nullif(t.live_rows + t.dead_rows, 0) as dead_ratio,
    t.changed_since_analyze::numeric / nullif(t.live_rows, 0) as changed_ratio
from operations.newest_database_health as d
inner join operations.table_health_daily as t on d.measured_on = t.measured_on
left join operations.table_health_daily as b on d.compared_on = b.measured_on and t.table_name = b.table_name;

comment on view operations.newest_table_health is
'The newest measurement of each table. Scans a day, rows a scan and growth are those since compared_on, NULL without a '
'measurement that is at least a day older.';

create view operations.newest_query_statistics with (security_invoker = true) as
select
    q.*,
    coalesce(q.total_milliseconds / q.calls, q.longest_milliseconds) as milliseconds,
    case when q.calls >= b.calls then q.calls - b.calls else q.calls end as calls_since,
    case when q.calls >= b.calls then q.total_milliseconds - b.total_milliseconds else q.total_milliseconds end
        as milliseconds_since
from operations.newest_database_health as d
inner join operations.query_statistics_daily as q on d.measured_on = q.measured_on
left join operations.query_statistics_daily as b
    on d.compared_on = b.measured_on and q.query_id = b.query_id and q.source = b.source;

comment on view operations.newest_query_statistics is
'The expensive statements of the newest day. `milliseconds` is the mean of their calls, or the longest of a sampled '
'one; calls_since and milliseconds_since count from compared_on of newest_database_health on.';

create view operations.connections_now with (security_invoker = true) as
select
    count(a.pid) as connections,
    l.connections_limit
from (
    select
        greatest(
            current_setting('max_connections')::integer
            - current_setting('superuser_reserved_connections')::integer
            - coalesce(current_setting('reserved_connections', true), '0')::integer,
            1
        ) as connections_limit
) as l
left join pg_catalog.pg_stat_activity as a
    on a.datid is not null and a.usesysid is not null and coalesce(a.backend_type, 'client backend') = 'client backend'
group by l.connections_limit;

comment on view operations.connections_now is
'Connections of clients to the server at this moment, and how many it accepts from logins that are no superuser. '
'Helpers of parallel queries count where the role may not see what others'' sessions are.';

-- A week of the weekly page.
create view operations.report_database_days with (security_invoker = true) as
select
    d.measured_on,
    w.week_start,
    d.database_bytes,
    d.database_bytes - lag(d.database_bytes) over days as bytes_grown,
    case
        when
            d.index_hits >= lag(d.index_hits) over days and d.index_reads >= lag(d.index_reads) over days
            then (d.index_hits - lag(d.index_hits) over days)::numeric
                / nullif(
                    d.index_hits - lag(d.index_hits) over days + d.index_reads - lag(d.index_reads) over days, 0
                )
        else d.index_hits::numeric / nullif(d.index_hits + d.index_reads, 0)
    end as index_hit_ratio,
    d.most_connections,
    d.connections_limit,
    d.transaction_ids_used,
    d.event_log_rows,
    d.event_log_rows - lag(d.event_log_rows) over days as event_log_rows_grown,
    d.event_log_bytes,
    d.not_measured
from operations.database_health_daily as d
cross join lateral (select date_trunc('week', d.measured_on::timestamp)::date as week_start) as w
window days as (order by d.measured_on);

comment on view operations.report_database_days is
'One row is one day of the weekly page on the database. What grew, and the ratio of index blocks that were in the '
'cache, are those since the day that was measured before.';

create view operations.report_database_tables with (security_invoker = true) as
select distinct on (date_trunc('week', t.measured_on::timestamp)::date, t.table_name)
    date_trunc('week', t.measured_on::timestamp)::date as week_start,
    t.*,
    t.total_bytes - b.total_bytes as bytes_grown
from operations.table_health_daily as t
left join lateral (
    select e.total_bytes
    from operations.table_health_daily as e
    where e.table_name = t.table_name and e.measured_on < date_trunc('week', t.measured_on::timestamp)::date
    order by e.measured_on desc
    limit 1
) as b on true
order by date_trunc('week', t.measured_on::timestamp)::date asc, t.table_name asc, t.measured_on desc;

comment on view operations.report_database_tables is
'One row is one table on the last measured day of a week, with its growth since the last day measured before the week.';

create view operations.report_database_indexes with (security_invoker = true) as
select distinct on (w.week_start, i.index_name)
    w.week_start,
    i.*
from operations.index_health_daily as i
cross join lateral (select date_trunc('week', i.measured_on::timestamp)::date as week_start) as w
order by w.week_start asc, i.index_name asc, i.measured_on desc;

comment on view operations.report_database_indexes is 'One row is one index on the last measured day of a week.';

create view operations.report_database_queries with (security_invoker = true) as
select distinct on (w.week_start, q.query_id, q.source)
    w.week_start,
    q.*,
    coalesce(q.total_milliseconds / q.calls, q.longest_milliseconds) as milliseconds
from operations.query_statistics_daily as q
cross join lateral (select date_trunc('week', q.measured_on::timestamp)::date as week_start) as w
order by w.week_start asc, q.query_id asc, q.source asc, q.measured_on desc;

comment on view operations.report_database_queries is
'One row is one expensive statement on the last day of a week on which it was measured.';

grant select
on operations.newest_database_health, operations.newest_table_health, operations.newest_query_statistics,
operations.connections_now, operations.report_database_days, operations.report_database_tables,
operations.report_database_indexes, operations.report_database_queries
to syndication_pipeline;

-- Rows that come with the project are nobody's edit.
alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('connections_used', 'percent', 4, 'The server has few connections left.'),
('database_grows', 'percent', 168, 'The database has grown fast within a week.'),
('database_unmeasured', 'hours', 24, 'The database was not measured for hours.'),
('event_log_large', 'rows', 168, 'The event log of Dagster has very many rows.'),
('index_missing', 'scans a day', 168, 'A large table is often read as a whole.'),
('index_misses', 'percent', 24, 'Many blocks of indexes have to be read from disk.'),
('index_redundant', 'indexes', 168, 'An index is invalid or doubles another one.'),
('index_unused', 'days', 168, 'A large index is not used.'),
('query_slow', 'milliseconds', 168, 'A statement takes long.'),
('statistics_old', 'percent', 24, 'The planner''s statistics of a table are missing or old.'),
('table_bloated', 'percent', 168, 'Much of a table is empty room.'),
('transaction_ids_used', 'percent', 24, 'Vacuum does not keep up with transaction ids.'),
('vacuum_behind', 'percent', 24, 'Many rows of a table are dead.');
insert into operations.condition_levels (kind, severity, threshold) values
('connections_used', 'warning', 80),
('connections_used', 'error', 90),
('connections_used', 'critical', 97),
('database_grows', 'warning', 50),
('database_unmeasured', 'warning', 26),
('database_unmeasured', 'error', 72),
('event_log_large', 'warning', 10000000),
('event_log_large', 'error', 50000000),
('index_missing', 'warning', 500),
('index_missing', 'error', 10000),
('index_misses', 'warning', 5),
('index_misses', 'error', 20),
('index_redundant', 'warning', 1),
('index_unused', 'warning', 30),
('query_slow', 'warning', 10000),
('query_slow', 'error', 60000),
('statistics_old', 'warning', 50),
('statistics_old', 'error', 200),
('table_bloated', 'warning', 40),
('table_bloated', 'error', 80),
('transaction_ids_used', 'warning', 20),
('transaction_ids_used', 'error', 40),
('transaction_ids_used', 'critical', 70),
('vacuum_behind', 'warning', 30),
('vacuum_behind', 'error', 60);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;

alter table operations.retention_subjects disable trigger user;
insert into operations.retention_subjects (subject, actions, action, is_of_installation, description) values
('operations.database_health', '{delete}', 'delete', true,
    'Daily measurements of the database: of tables, indexes and statements, with their plans.');
alter table operations.retention_subjects enable trigger user;
