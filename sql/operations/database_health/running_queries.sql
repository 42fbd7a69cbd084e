-- Statements of clients that have been running in this database for some time. One row is one session. Without the
-- rights of pg_read_all_stats, only those of the own login. Changes nothing. Parameter: seconds, the shortest time.

select
    a.query,
    a.usename::text as role_name,
    round(extract(epoch from clock_timestamp() - a.query_start) * 1000) as milliseconds
from pg_stat_activity as a
where
    a.datname = current_database()
    and a.state = 'active'
    and a.backend_type = 'client backend'
    and a.pid <> pg_backend_pid()
    and a.query_start <= clock_timestamp() - make_interval(secs => %(seconds)s)
