-- One row is one missing text: a variation of a post of one day that has no version yet.
-- Parameters: planned_on (a date).

select
    organization_id,
    post_core_id,
    platform,
    channel_type,
    variation,
    variations_by,
    post_kind,
    encode(content.product_version(organization_id, post_core_id, %(planned_on)s::date), 'hex') as product_version,
    template_id,
    template_version
from content.unwritten_texts(%(planned_on)s::date, %(planned_on)s::date + 1)
order by organization_id, platform, channel_type, post_core_id, variation
