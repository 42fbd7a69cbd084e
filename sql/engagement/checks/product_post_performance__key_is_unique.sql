-- A product has one row per platform and day. One row is a product with several: the primary key is missing or its
-- index is corrupt. Rebuild it (reindex table engagement.product_post_performance).

select
    organization_id,
    product_id,
    platform,
    activity_date,
    is_simulated,
    count(*) as found
from engagement.product_post_performance
where activity_date >= %(window_start)s::date and activity_date < %(window_end)s::date
group by organization_id, product_id, platform, activity_date, is_simulated
having count(*) > 1
