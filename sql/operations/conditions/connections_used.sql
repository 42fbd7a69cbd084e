-- The server has few connections left, now. One row is the server if at least as many percent of its connections as the
-- threshold are used; value is that percentage. Parameter: threshold.

select
    null as organization_id,
    'connections' as subject,
    null::timestamptz as since,
    round(100.0 * connections / connections_limit, 1) as value,
    format(
        '%%s of %%s connections are used; without a free one, runs and readers fail. See who holds them in '
        'pg_stat_activity, end idle ones, read through a pooler, or raise max_connections.',
        connections,
        connections_limit
    ) as message
from operations.connections_now
where 100.0 * connections >= %(threshold)s * connections_limit
