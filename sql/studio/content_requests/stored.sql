-- One row is a brief as it can be changed: the fields of a new brief. It is locked. Parameters: organization_id,
-- request_id.

select
    r.title,
    r.brief,
    studio.channels_of_request(r.organization_id, r.request_id) as channels,
    r.template_name as template,
    r.brand_name,
    r.language,
    r.content_type,
    r.fields,
    r.facts,
    r.keywords,
    r.search_terms,
    r.stock_image_id as photo,
    r.audience,
    r.style,
    r.call_to_action,
    r.link_url,
    r.alt_text,
    r.mode::text as mode,
    r.quality::text as quality,
    r.stop_before::text[] as stop_before,
    r.priority,
    r.due_on
from studio.content_requests as r
where r.organization_id = %(organization_id)s and r.request_id = %(request_id)s
for update
