-- Measures the database as it is now. One row is the database. Changes nothing.

select
    (now() at time zone 'utc')::date as measured_on,
    now() as measured_at,
    current_setting('server_version') as server_version,
    s.stats_reset as statistics_since,
    case
        when
            has_database_privilege(s.datname, 'connect')
            or pg_has_role(current_user, 'pg_read_all_stats', 'usage')
            then pg_database_size(s.datid)
    end as database_bytes,
    t.table_hits,
    t.table_reads,
    t.index_hits,
    t.index_reads,
    s.temp_bytes as temporary_bytes,
    s.deadlocks,
    (select max(age(d.datfrozenxid)) from pg_database as d where d.datallowconn) as transaction_ids_used,
    (
        select round(extract(epoch from now() - min(a.xact_start)), 1)
        from pg_stat_activity as a
        where a.datid = s.datid and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
    ) as oldest_transaction_seconds,
    pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_other_logins
from pg_stat_database as s
cross join (
    select
        coalesce(sum(heap_blks_hit), 0)::bigint as table_hits,
        coalesce(sum(heap_blks_read), 0)::bigint as table_reads,
        coalesce(sum(idx_blks_hit), 0)::bigint as index_hits,
        coalesce(sum(idx_blks_read), 0)::bigint as index_reads
    from pg_statio_user_tables
) as t
where s.datname = current_database()
