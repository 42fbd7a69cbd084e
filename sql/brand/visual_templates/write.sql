-- Adds or changes one visual template of a user, with a new version if its document differs from the newest one. A
-- re-run changes nothing. Parameters: organization_id, template_name, brand_id, is_active, document.

with template as (
    insert into brand.visual_templates as t (organization_id, template_name, brand_id, is_active)
    values (%(organization_id)s, %(template_name)s, %(brand_id)s, %(is_active)s)
    on conflict (organization_id, template_name) do update
    set brand_id = excluded.brand_id, is_active = excluded.is_active
    returning t.organization_id, t.template_id
)

insert into brand.visual_template_versions (organization_id, template_id, version, document)
select
    t.organization_id,
    t.template_id,
    coalesce(v.version, 0) + 1,
    %(document)s::jsonb
from template as t
left join lateral (
    select
        o.version,
        o.document
    from brand.visual_template_versions as o
    where o.organization_id = t.organization_id and o.template_id = t.template_id
    order by o.version desc
    limit 1
) as v on true
where v.document is distinct from %(document)s::jsonb
