-- Every snapshot that landed on these days was accepted. One row is a rejected snapshot, which changed nothing, with
-- the reason. Fetch again, or land the missing files; if the catalogue really shrank, raise the vendor's
-- maximum_shrinkage and materialize the day again.

select
    organization_id,
    vendor,
    landed_on,
    reason,
    manifest_path
from catalogue.catalogue_snapshots
where
    status = 'rejected'
    and landed_on >= %(window_start)s::date
    and landed_on < %(window_end)s::date
