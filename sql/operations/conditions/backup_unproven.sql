-- No restore of a backup has succeeded lately. One row is the installation if it has ever taken a backup; value is
-- the number of days since the last proven restore, or since the first backup if none was ever proven. Parameter:
-- threshold.

select
    null as organization_id,
    'the newest proof' as subject,
    coalesce(max(proven_at) filter (where is_proven), min(finished_at)) as since,
    round(
        extract(epoch from now() - coalesce(max(proven_at) filter (where is_proven), min(finished_at))) / 86400, 1
    ) as value,
    format(
        '%%s Run `syndication backup prove`.',
        coalesce(
            'The last proof failed: '
            || (array_agg(proof_problem order by proven_at desc) filter (where not is_proven))[1],
            'No restore of a backup was proven lately.'
        )
    ) as message
from operations.backups
having
    coalesce(max(proven_at) filter (where is_proven), min(finished_at))
    <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
