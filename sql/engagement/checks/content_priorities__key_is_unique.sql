-- A product has one score per channel and day. One row is a product with several: the primary key is missing or its
-- index is corrupt. Rebuild it (reindex table engagement.content_priorities).

select
    organization_id,
    platform,
    channel_type,
    calculated_on,
    product_id,
    count(*) as found
from engagement.content_priorities
where calculated_on >= %(window_start)s::date and calculated_on < %(window_end)s::date
group by organization_id, platform, channel_type, calculated_on, product_id
having count(*) > 1
