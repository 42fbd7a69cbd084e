-- Every key that the adapter does not know was met on an earlier day too. One row is a key that the newest load of
-- these days met for the first time: the source has added or renamed it, or another actor or endpoint answered. If it
-- holds a counter, the adapter should read it.

select
    n.organization_id,
    n.source,
    k.key,
    min(n.partition_from) as first_day,
    sum(k.times::bigint) as times
from (
    select distinct on (organization_id, source, partition_from, partition_to)
        organization_id,
        source,
        partition_from,
        unknown_keys
    from scraping.download_runs
    where
        partition_to >= %(window_start)s::date
        and partition_from < %(window_end)s::date
        and kind = 'load'
        and status = 'completed'
    order by
        organization_id asc, source asc, partition_from asc, partition_to asc, started_at desc, run_id desc
) as n
cross join lateral jsonb_each_text(n.unknown_keys) as k (key, times)
where
    not exists (
        select
        from scraping.download_runs as earlier
        where
            earlier.organization_id = n.organization_id
            and earlier.source = n.source
            and earlier.partition_from < %(window_start)s::date
            and earlier.unknown_keys <> '{}'
            and earlier.kind = 'load'
            and earlier.status = 'completed'
            and earlier.unknown_keys ? k.key
    )
group by n.organization_id, n.source, k.key
