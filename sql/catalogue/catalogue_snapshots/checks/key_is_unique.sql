-- A manifest belongs to one snapshot. One row is one manifest with several snapshots.

select
    organization_id,
    vendor,
    manifest_path,
    count(*) as snapshots
from catalogue.catalogue_snapshots
group by organization_id, vendor, manifest_path
having count(*) > 1
