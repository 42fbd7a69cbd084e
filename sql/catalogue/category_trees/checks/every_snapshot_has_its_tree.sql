-- The tree of every snapshot is kept, because categories are derived from it. One row is a snapshot whose tree is
-- missing. Clear its content_hash in catalogue.catalogue_snapshots, and materialize its day again.

select
    s.organization_id,
    s.vendor,
    s.observed_at,
    s.manifest_path
from catalogue.catalogue_snapshots as s
where
    s.tree_hash is not null
    and not exists (
        select from catalogue.category_trees as t
        where t.organization_id = s.organization_id and t.vendor = s.vendor and t.tree_hash = s.tree_hash
    )
