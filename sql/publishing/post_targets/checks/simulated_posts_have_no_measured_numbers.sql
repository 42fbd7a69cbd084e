-- Simulated posts have no measured numbers, except in organizations that are marked as a sample. One row is a simulated
-- target with observations in another organization.

select
    t.organization_id,
    t.target_id,
    p.post_id
from publishing.post_targets as t
inner join tenancy.organizations as o on t.organization_id = o.organization_id
inner join scraping.posts as p
    on t.organization_id = p.organization_id and t.platform = p.platform and t.platform_post_id = p.urn
where
    t.is_simulated
    and not o.settings @> '{"is_sample": true}'
    and exists (
        select
        from scraping.data_downloads as d
        where
            d.organization_id = p.organization_id
            and d.post_id = p.post_id
            and d.downloaded_at >= %(window_start)s::timestamp at time zone 'utc'
            and d.downloaded_at < %(window_end)s::timestamp at time zone 'utc'
    )
