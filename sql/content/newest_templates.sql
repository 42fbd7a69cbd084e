-- One row is the newest version of one active template, with the template's properties.

select
    t.organization_id,
    t.template_id,
    t.template_name,
    t.template_kind::text,
    t.post_kind::text,
    t.platform,
    t.category_name,
    v.version,
    v.body,
    v.call_to_action
from content.content_templates as t
inner join lateral (
    select
        version,
        body,
        call_to_action
    from content.content_template_versions
    where organization_id = t.organization_id and template_id = t.template_id
    order by version desc
    limit 1
) as v on true
where t.is_active
order by t.organization_id, t.template_name
