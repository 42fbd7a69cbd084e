-- A backup was restored and compared within the last days that SYNDICATION_BACKUP_PROOF_DAYS allows, and the newest
-- proof found nothing wrong. One row is a backup whose proof failed, or the statement that the last proven restore is
-- too old. Run `syndication backup prove`, or start `backup_proof_schedule`. Without any backup there is nothing to
-- prove.
-- Parameters: proof_days.

select
    newest.backup_name,
    newest.proof_problem as problem,
    newest.proven_at
from (
    select *
    from operations.backups
    where proven_at is not null
    order by proven_at desc
    limit 1
) as newest
where not newest.is_proven
union all
select
    max(backup_name) filter (where is_proven),
    'the last proven restore is more than ' || %(proof_days)s || ' days old',
    max(proven_at) filter (where is_proven)
from operations.backups
having
    -- The first backup has as long to be proven as every later one.
    coalesce(max(proven_at) filter (where is_proven), min(started_at)) < now() - make_interval(days => %(proof_days)s)
