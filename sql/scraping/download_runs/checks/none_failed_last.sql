-- The last run of every source over these days did not fail. One row is a source whose last run over the same days
-- failed, with its error message; data of the days may be missing. Fix the error and materialize the days again.

select
    organization_id,
    kind,
    source,
    partition_from,
    partition_to,
    run_id,
    error_message
from (
    select distinct on (organization_id, kind, source, partition_from, partition_to)
        organization_id,
        kind::text as kind,
        source,
        partition_from,
        partition_to,
        run_id,
        status,
        error_message
    from scraping.download_runs
    where partition_to >= %(window_start)s::date and partition_from < %(window_end)s::date
    order by
        organization_id asc, kind asc, source asc, partition_from asc, partition_to asc, started_at desc, run_id desc
) as last_runs
where status = 'failed'
