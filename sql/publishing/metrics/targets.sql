-- Number of targets that are not finished: drafts, waiting for a slot or a person, scheduled, or being published.

select
    o.slug as organization,
    t.platform,
    t.state::text as state,
    count(*) as value
from publishing.post_targets as t
inner join tenancy.organizations as o on t.organization_id = o.organization_id
where t.state not in ('published', 'cancelled')
group by o.slug, t.platform, t.state
order by o.slug, t.platform, t.state
