-- Makes the rows of a UTC day those that were measured. The same measurement gives the same rows, and a later one of
-- the day replaces an earlier one; the most connections of the day stay. Sampled statements stay: looks add to them.
-- Parameters: measured_on, and database, tables, indexes, queries: JSON lists of rows.

insert into operations.database_health_daily
select r.*
from jsonb_populate_recordset(null::operations.database_health_daily, %(database)s) as r
on conflict (measured_on) do update
    set
        measured_at = excluded.measured_at,
        server_version = excluded.server_version,
        statistics_since = excluded.statistics_since,
        database_bytes = excluded.database_bytes,
        connections = excluded.connections,
        most_connections = greatest(
            operations.database_health_daily.most_connections, excluded.most_connections
        ),
        connections_limit = excluded.connections_limit,
        table_hits = excluded.table_hits,
        table_reads = excluded.table_reads,
        index_hits = excluded.index_hits,
        index_reads = excluded.index_reads,
        temporary_bytes = excluded.temporary_bytes,
        deadlocks = excluded.deadlocks,
        transaction_ids_used = excluded.transaction_ids_used,
        oldest_transaction_seconds = excluded.oldest_transaction_seconds,
        event_log_rows = excluded.event_log_rows,
        event_log_bytes = excluded.event_log_bytes,
        not_measured = excluded.not_measured;

delete from operations.table_health_daily
where measured_on = %(measured_on)s;

insert into operations.table_health_daily
select r.*
from jsonb_populate_recordset(null::operations.table_health_daily, %(tables)s) as r;

delete from operations.index_health_daily
where measured_on = %(measured_on)s;

-- An index without a scan since the last day counts its days from there; more scans, or some after a reset, end them.
insert into operations.index_health_daily
select
    r.measured_on,
    r.index_name,
    r.table_name,
    r.index_bytes,
    r.scans,
    case
        when b.index_name is null then case when r.scans = 0 then r.measured_on end
        when r.scans <> b.scans and r.scans > 0 then null
        else coalesce(b.unused_since, b.measured_on)
    end as unused_since,
    r.is_valid,
    r.is_required,
    r.duplicate_of,
    r.is_for_readers
from jsonb_populate_recordset(null::operations.index_health_daily, %(indexes)s) as r
left join operations.index_health_daily as b
    on
        r.index_name = b.index_name
        and b.measured_on = (
            select max(d.measured_on) from operations.index_health_daily as d where d.measured_on < %(measured_on)s
        );

delete from operations.query_statistics_daily
where measured_on = %(measured_on)s and source = 'pg_stat_statements';

insert into operations.query_statistics_daily
select r.*
from jsonb_populate_recordset(null::operations.query_statistics_daily, %(queries)s) as r
