-- Every platform of every active organization has a recent observation. One row is a platform without an observation
-- in the hours of the lowest threshold of the condition `source_stale`: check that its fetch schedule is on, and look
-- at its last run. Runs over past days do not evaluate this check.

select
    o.organization_id,
    r.platform,
    max(f.observed_at) as newest_observed_at
from tenancy.organizations as o
inner join scraping.download_runs as r on o.organization_id = r.organization_id
inner join landing.files as f on r.organization_id = f.organization_id and r.run_id = f.run_id
where
    o.is_active
    and r.kind = 'load'
    and r.platform is not null
    and f.items > 0
    and f.withdrawn_at is null
group by o.organization_id, r.platform
having
    max(f.observed_at) < now() - (
        select make_interval(secs => min(l.threshold)::float8 * 3600)
        from operations.condition_levels as l
        where l.kind = 'source_stale'
    )
