-- A source has no recent observations. One row is a source of an active organization whose newest observation is older
-- than the threshold, in hours; value is its age in hours. Sources that never delivered an item, and sample
-- organizations, whose data is never fetched, are left out. Parameter: threshold.

select
    o.organization_id,
    f.source as subject,
    max(f.observed_at) as since,
    round(extract(epoch from now() - max(f.observed_at)) / 3600, 1) as value,
    format(
        'The newest observation of %%s is of %%s UTC. Check that its fetch schedule is on, and look at its last run.',
        f.source, to_char(max(f.observed_at) at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from tenancy.organizations as o
inner join landing.files as f on o.organization_id = f.organization_id
inner join scraping.download_runs as r on f.organization_id = r.organization_id and f.run_id = r.run_id
where
    o.is_active
    and not o.settings @> '{"is_sample": true}'
    and f.items > 0
    and f.withdrawn_at is null
group by o.organization_id, f.source
having max(f.observed_at) < now() - make_interval(secs => %(threshold)s::float8 * 3600)
