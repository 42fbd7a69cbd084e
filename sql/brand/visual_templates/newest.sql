-- One row is one visual template with its newest version. Parameter: organization_id (NULL for all).

select
    t.organization_id,
    o.slug as organization,
    t.template_id,
    t.template_name as name,
    p.brand_name as brand,
    t.brand_id,
    t.version,
    t.document,
    t.is_active,
    t.is_default
from brand.current_visual_templates as t
inner join tenancy.organizations as o on t.organization_id = o.organization_id
left join brand.brand_profiles as p on t.organization_id = p.organization_id and t.brand_id = p.brand_id
where %(organization_id)s::text is null or t.organization_id = %(organization_id)s
order by o.slug, t.template_name
