-- Many blocks of indexes have to be read from disk. One row is the database if, since the measurement a day before, at
-- least as many percent of the blocks of indexes as the threshold were not in the cache; value is that percentage. A
-- database that used fewer than 100,000 blocks is not judged: a cold cache would count. Parameter: threshold.

select
    null as organization_id,
    'index blocks' as subject,
    measured_at as since,
    round(100 * (1 - index_hit_ratio), 1) as value,
    format(
        'Only %%s %%%% of %%s index blocks were in the cache. Raise shared_buffers, drop indexes that are unused '
        '(`syndication health indexes`), or rebuild bloated ones with reindex concurrently.',
        round(100 * index_hit_ratio, 1),
        index_hits + index_reads
    ) as message
from operations.newest_database_health
where
    index_hits + index_reads >= 100000
    and 100.0 * index_reads >= %(threshold)s * (index_hits + index_reads)
