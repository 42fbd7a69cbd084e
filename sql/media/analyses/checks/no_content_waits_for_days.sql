-- No stored picture waits longer than two days for an analyzer that is active. One row is an analyzer that is behind:
-- run it more often, raise its pictures_per_run, or see in the run why it is not available.

with active as (
    select
        organization_id,
        analyzer
    from media.analyzers
    where is_active
    union all
    select
        o.organization_id,
        'colours'
    from tenancy.organizations as o
    where
        not exists (
            select from media.analyzers as a
            where a.organization_id = o.organization_id and a.analyzer = 'colours'
        )
)

select
    c.organization_id,
    c.analyzer,
    count(*) as pictures,
    min(f.created_at) as oldest_stored_at
from active as c
inner join media.media_files as f on c.organization_id = f.organization_id
where
    f.frame_count is not null
    and f.created_at < now() - make_interval(days => 2)
    and not exists (
        select from media.analyses as a
        where
            a.organization_id = f.organization_id
            and a.sha256 = f.sha256
            and a.analyzer = c.analyzer
            and a.state in ('completed', 'rejected', 'failed')
    )
group by c.organization_id, c.analyzer
