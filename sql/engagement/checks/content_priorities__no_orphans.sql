-- Every score of these days belongs to an existing product. One row is a score without a product: rows were deleted
-- with constraints disabled.

select
    e.organization_id,
    e.platform,
    e.channel_type,
    e.calculated_on,
    e.product_id
from engagement.content_priorities as e
where
    e.calculated_on >= %(window_start)s::date
    and e.calculated_on < %(window_end)s::date
    and not exists (
        select
        from catalogue.products as p
        where p.organization_id = e.organization_id and p.product_id = e.product_id
    )
