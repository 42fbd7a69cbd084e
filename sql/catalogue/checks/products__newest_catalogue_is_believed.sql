-- The newest catalogue of each shop in these days was believed. One row is a shop whose newest one was refused: its
-- products are those of the last catalogue before, and nothing was deactivated. The reason says what to do.

select
    organization_id,
    vendor,
    observed_at,
    reason
from (
    select distinct on (organization_id, vendor)
        organization_id,
        vendor,
        observed_at,
        status,
        reason
    from catalogue.catalogue_snapshots
    where landed_on >= %(window_start)s::date and landed_on < %(window_end)s::date
    order by organization_id asc, vendor asc, observed_at desc
) as newest
where status = 'refused'
