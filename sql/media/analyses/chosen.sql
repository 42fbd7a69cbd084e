-- The analyzers that are active, by organization. `colours` costs next to nothing, so it is active unless its row says
-- otherwise. Parameters: organization (slug, or NULL), analyzer (or NULL).

with chosen as (
    select
        organization_id,
        analyzer,
        model,
        languages,
        pictures_per_run
    from media.analyzers
    where is_active
    union all
    select
        o.organization_id,
        'colours',
        null,
        '{}',
        5000
    from tenancy.organizations as o
    where
        not exists (
            select from media.analyzers as a
            where a.organization_id = o.organization_id and a.analyzer = 'colours'
        )
)

select
    c.organization_id,
    o.slug,
    c.analyzer,
    c.model,
    c.languages,
    c.pictures_per_run
from chosen as c
inner join tenancy.organizations as o on c.organization_id = o.organization_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(analyzer)s::text is null or c.analyzer = %(analyzer)s)
order by o.slug, c.analyzer
