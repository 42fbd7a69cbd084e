-- No run has been open for more than a day. One row is a run that started long ago and was never closed: its process
-- died or hangs. The next run of the same source closes a dead run; if there is none, check that its schedule is on.

select
    organization_id,
    run_id,
    kind::text as kind,
    source,
    partition_from,
    started_at
from scraping.download_runs
where status = 'running' and started_at < now() - interval '1 day'
