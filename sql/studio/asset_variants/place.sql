-- One row is where a picture of a newest visual belongs: its brief, its channel and format, the texts of single
-- pictures of the brief, and the texts that its template has. The brief is locked. Parameter: variant_id.

select
    r.organization_id,
    r.request_id,
    v.platform || '/' || v.channel_type || ' ' || v.format_name as name,
    r.variant_fields,
    array(
        select f.name
        from jsonb_each(t.document -> 'fields') as f (name, field)
        where f.field ->> 'kind' = 'text'
    ) as text_fields
from studio.asset_variants as v
inner join studio.generated_assets as a
    on v.organization_id = a.organization_id and v.asset_id = a.asset_id and a.is_newest
inner join studio.content_requests as r on a.organization_id = r.organization_id and a.request_id = r.request_id
inner join brand.visual_template_versions as t
    on
        a.organization_id = t.organization_id
        and a.template_id = t.template_id
        and a.template_version = t.version
where v.variant_id = %(variant_id)s
for update of r
