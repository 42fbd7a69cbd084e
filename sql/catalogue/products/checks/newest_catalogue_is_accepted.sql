-- The newest snapshot of each shop in these days was accepted. One row is a shop whose newest snapshot was rejected.
-- Its products are still those of the last accepted snapshot, and nothing was deactivated. The reason says what to do.

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
where status = 'rejected'
