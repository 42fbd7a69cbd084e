-- One row is one tree of categories that snapshots of a shop have; snapshots with equal trees share it. A re-run
-- changes nothing, and a tree that no snapshot has any more is removed.

insert into catalogue.category_trees (organization_id, vendor, tree_hash, categories)
select distinct on (organization_id, vendor, tree_hash)
    organization_id,
    vendor,
    tree_hash,
    categories
from staged_trees
order by organization_id, vendor, tree_hash
on conflict do nothing;

delete from catalogue.category_trees as t using loaded_vendors as v
where
    t.organization_id = v.organization_id
    and t.vendor = v.vendor
    and not exists (
        select from catalogue.catalogue_snapshots as s
        where s.organization_id = t.organization_id and s.vendor = t.vendor and s.tree_hash = t.tree_hash
    );
