-- One row is one missing text: a variation of a post of one day that has no version yet, with what its process tells a
-- language model (NULL for nothing).
-- Parameters: planned_on (a date).

select
    u.organization_id,
    u.post_core_id,
    u.platform,
    u.channel_type,
    u.variation,
    u.variations_by,
    u.post_kind,
    encode(content.product_version(u.organization_id, u.post_core_id, %(planned_on)s::date), 'hex') as product_version,
    p.instructions,
    u.template_id,
    u.template_version
from content.unwritten_texts(%(planned_on)s::date, %(planned_on)s::date + 1) as u
left join publishing.content_processes as p
    on
        u.platform = p.platform
        and u.channel_type = p.channel_type
        and p.process_name = case u.post_kind when 'product' then 'product_post' else u.post_kind end
order by u.organization_id, u.platform, u.channel_type, u.post_core_id, u.variation
