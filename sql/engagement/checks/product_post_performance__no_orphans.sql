-- Every row of these days belongs to an existing product. One row is a daily row without its product: rows were deleted
-- with constraints disabled.

select
    e.organization_id,
    e.product_id,
    e.platform,
    e.activity_date
from engagement.product_post_performance as e
where
    e.activity_date >= %(window_start)s::date
    and e.activity_date < %(window_end)s::date
    and not exists (
        select
        from catalogue.products as p
        where p.organization_id = e.organization_id and p.product_id = e.product_id
    )
