-- The last proven restore is younger than the lowest threshold of the condition `backup_unproven`, and the newest proof
-- found nothing wrong. One row is a backup whose proof failed, or the statement that the last proven restore is too
-- old. Run `syndication backup prove`, or start `backup_proof_schedule`. Without any backup there is nothing to prove.

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
    max(b.backup_name) filter (where b.is_proven),
    'the last proven restore is more than ' || most.days || ' days old',
    max(b.proven_at) filter (where b.is_proven)
from operations.backups as b
cross join (
    select min(threshold) as days from operations.condition_levels where kind = 'backup_unproven'
) as most
group by most.days
having
    -- The first backup has as long to be proven as every later one.
    coalesce(max(b.proven_at) filter (where b.is_proven), min(b.started_at))
    < now() - make_interval(secs => most.days::float8 * 86400)
