-- Number of texts for today and later that wait for a decision.

select
    o.slug as organization,
    c.state::text as state,
    count(*) as value
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
inner join tenancy.organizations as o on c.organization_id = o.organization_id
where c.state in ('generated', 'needs_review') and p.planned_on >= (now() at time zone 'utc')::date
group by o.slug, c.state
order by o.slug, c.state
