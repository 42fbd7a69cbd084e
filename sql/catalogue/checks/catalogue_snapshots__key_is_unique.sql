-- A landed file is one look at a shop's catalogue. One row is one that is several.

select
    organization_id,
    vendor,
    manifest_path,
    count(*) as looks
from catalogue.catalogue_snapshots
group by organization_id, vendor, manifest_path
having count(*) > 1
