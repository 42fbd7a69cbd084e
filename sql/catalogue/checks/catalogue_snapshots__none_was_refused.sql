-- Every catalogue that landed on these days was believed. One row is one that was not, and changed nothing: its reason
-- says why. Fetch again, or land what is missing; if a shrinkage is right, raise the vendor's maximum_shrinkage and
-- materialize the day again.

select
    organization_id,
    vendor,
    landed_on,
    reason,
    manifest_path
from catalogue.catalogue_snapshots
where
    status = 'refused'
    and landed_on >= %(window_start)s::date
    and landed_on < %(window_end)s::date
