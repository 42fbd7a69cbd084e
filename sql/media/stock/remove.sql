-- Takes a picture out of the stock: it is deleted, or marked if a brief has it. One row is what became of it; no row if
-- there is none, or if it was removed before. Parameters: organization_id, stock_image_id.

with image as (
    select
        s.organization_id,
        s.stock_image_id,
        array(
            select r.request_id
            from studio.content_requests as r
            where r.organization_id = s.organization_id and r.stock_image_id = s.stock_image_id
            union
            select a.request_id
            from studio.generated_assets as a
            where a.organization_id = s.organization_id and a.stock_image_id = s.stock_image_id
            order by 1
        ) as request_ids
    from media.stock_images as s
    where
        s.organization_id = %(organization_id)s
        and s.stock_image_id = %(stock_image_id)s
        and s.removed_at is null
    for update
),

deleted as (
    delete from media.stock_images as s
    using image as i
    where
        s.organization_id = i.organization_id
        and s.stock_image_id = i.stock_image_id
        and i.request_ids = '{}'
),

marked as (
    update media.stock_images as s
    set removed_at = now()
    from image as i
    where
        s.organization_id = i.organization_id
        and s.stock_image_id = i.stock_image_id
        and i.request_ids <> '{}'
)

select
    i.request_ids = '{}' as is_deleted,
    i.request_ids
from image as i
