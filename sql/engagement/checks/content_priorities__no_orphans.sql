-- Every score of these days has its product. One row is one whose product does not exist: rows were deleted past the
-- constraints.

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
