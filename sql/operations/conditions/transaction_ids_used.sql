-- Vacuum does not keep up with transaction ids. One row is the server if at least as many percent of all ids as the
-- threshold are in use; value is that percentage. Parameter: threshold.

select
    null as organization_id,
    'transaction ids' as subject,
    measured_at as since,
    round(100 * transaction_ids_used / 2147483648.0, 1) as value,
    format(
        '%%s transaction ids are in use since the oldest row was frozen; at 2,147,483,648 the server stops writing. '
        'Run vacuum (freeze) on the database where age(datfrozenxid) is highest, and look for old transactions, '
        'prepared transactions and replication slots.',
        transaction_ids_used
    ) as message
from operations.newest_database_health
where 100 * transaction_ids_used / 2147483648.0 >= %(threshold)s
