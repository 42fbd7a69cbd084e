-- A product has one rank for a channel and a day. One row is a product with a day that several rows of
-- engagement.priority_inputs have. Materialize engagement/content_priorities for that day again.

select
    i.organization_id,
    i.platform,
    i.channel_type,
    i.product_id,
    i.days * o.days as days
from engagement.priority_inputs as i
inner join engagement.priority_inputs as o
    on
        i.organization_id = o.organization_id
        and i.platform = o.platform
        and i.channel_type = o.channel_type
        and i.product_id = o.product_id
        and i.inputs_key < o.inputs_key
        and i.days && o.days
where i.days && daterange(%(window_start)s, %(window_end)s)
