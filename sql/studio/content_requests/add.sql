-- Adds one brief with its channels, and returns its id. Parameters: the columns of content_requests, platforms and
-- channel_types (lists of the same length). Each run adds another brief.

with added as (
    insert into studio.content_requests (
        organization_id, batch_name, title, brief, language, content_type, template_name, brand_name, fields, facts,
        keywords,
        search_terms, stock_image_id, audience, style, call_to_action, link_url, alt_text, mode,
        quality, variation, stop_before, priority, due_on, requested_by
    ) values (
        %(organization_id)s,
        %(batch_name)s,
        %(title)s,
        %(brief)s,
        %(language)s,
        %(content_type)s,
        %(template)s,
        %(brand_name)s,
        %(fields)s::jsonb,
        %(facts)s,
        %(keywords)s,
        %(search_terms)s,
        %(photo)s,
        %(audience)s,
        %(style)s,
        %(call_to_action)s,
        %(link_url)s,
        %(alt_text)s,
        %(mode)s::studio.creation_mode,
        %(quality)s::studio.visual_quality,
        %(variation)s,
        %(stop_before)s::studio.manual_step[],
        %(priority)s,
        %(due_on)s,
        %(requested_by)s
    )
    returning organization_id, request_id
),

channels as (
    insert into studio.request_channels (organization_id, request_id, platform, channel_type)
    select
        a.organization_id,
        a.request_id,
        c.platform,
        c.channel_type
    from added as a
    cross join unnest(%(platforms)s::text[], %(channel_types)s::text[]) as c (platform, channel_type)
)

select request_id
from added
