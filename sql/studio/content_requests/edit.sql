-- Changes what a brief says before its pictures are made; a trigger rejects it afterwards. Parameters: organization_id,
-- request_id, and the fields of a brief.

update studio.content_requests
set
    title = %(title)s,
    brief = %(brief)s,
    fields = %(fields)s::jsonb,
    facts = %(facts)s,
    keywords = %(keywords)s,
    search_terms = %(search_terms)s,
    stock_image_id = %(photo)s,
    call_to_action = %(call_to_action)s,
    link_url = %(link_url)s,
    alt_text = %(alt_text)s,
    attempts = 0,
    reason = case when stopped_before is null then null else reason end
where
    organization_id = %(organization_id)s
    and request_id = %(request_id)s
    and state = 'pending'
returning request_id
